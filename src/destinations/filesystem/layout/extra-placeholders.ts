import { ConfigError } from "../../../core/errors.ts";
import type { StandardSchema } from "../../../core/standard-schema.ts";
import { standardPlaceholders } from "./standard-placeholders.ts";

/** What a placeholder of one's own may be made of. */
export interface PlaceholderParts {
  readonly schemaName: string;
  readonly tableName: string;
  readonly loadId: string;
  readonly fileId: string;
  /** Format and compression: `jsonl.gz`. */
  readonly ext: string;
}

export type ExtraPlaceholder = string | number | ((parts: PlaceholderParts) => string | number);
export type ExtraPlaceholders = Readonly<Record<string, ExtraPlaceholder>>;

/** Of a config file: a table of texts and numbers. */
export const placeholderTable: StandardSchema<Readonly<Record<string, unknown>>> = {
  "~standard": {
    version: 1,
    vendor: "leat",
    validate: (value) =>
      isTable(value) ? { value } : { issues: [{ message: "it is no table of placeholders, each with a text or a number" }] },
  },
};

function isTable(value: unknown): value is Readonly<Record<string, string | number>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every((each) => typeof each === "string" || typeof each === "number");
}

/** Throws ConfigError for names that layouts have already, and for values that no file can be named after. */
export function checkExtraPlaceholders(extra: Readonly<Record<string, unknown>>): ExtraPlaceholders {
  for (const [name, value] of Object.entries(extra)) {
    if (standardPlaceholders.has(name))
      throw new ConfigError(
        `The placeholder \`${name}\` of \`extra_placeholders\` is one that layouts have already. Give yours another name.`,
      );
    if (!["string", "number", "function"].includes(typeof value))
      throw new ConfigError(
        `The placeholder \`${name}\` of \`extra_placeholders\` has to be a text, a number or a function that gives one.`,
      );
  }
  return extra as ExtraPlaceholders;
}

/** Throws ConfigError when a function gives what is no text. */
export function extraText(name: string, placeholder: ExtraPlaceholder, parts: PlaceholderParts): string {
  const value: unknown = typeof placeholder === "function" ? placeholder(parts) : placeholder;
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new ConfigError(
    `The placeholder \`${name}\` of \`extra_placeholders\` gave ${value === null ? "null" : typeof value} for table \`${parts.tableName}\`. Let its function return a text.`,
  );
}
