/** One place where settings are kept. */
export interface ConfigProvider {
  readonly name: "environment" | "secrets.toml" | "config.toml";
  readonly holdsSecrets: boolean;
  /** What is behind the name on this machine, for messages. */
  readonly locations: readonly ConfigLocation[];
  /** How this provider spells a path of sections and key. */
  spell(path: readonly string[]): string;
  find(path: readonly string[], options: { readonly isSecret: boolean }): FoundValue | undefined;
  /** The keys of values in a section, without those of further sections in it. */
  keys(section: readonly string[]): readonly FoundKey[];
}

interface ConfigLocation {
  readonly path: string;
  readonly exists: boolean;
}

export interface FoundValue {
  readonly value: unknown;
  /** The file that holds it; absent for an environment variable. */
  readonly file?: string;
}

export interface FoundKey extends Pick<FoundValue, "file"> {
  readonly key: string;
}

/** A TOML table, or a list of them. */
export type ConfigTable = { readonly [key: string]: unknown };

export function isTable(value: unknown): value is ConfigTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
