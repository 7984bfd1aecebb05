import { keyName } from "./key-name.ts";
import { type Answer, lookUp } from "./lookup.ts";
import { type Problem, placeText } from "./problem.ts";
import type { ConfigProvider } from "./provider.ts";

/** A value and where it came from. Secrets are `*****`. */
export interface ResolvedSetting {
  /** As the provider spells it: `SOURCES__CRM__HOST`, `sources.crm.host`. */
  readonly key: string;
  readonly value: unknown;
  readonly provider: ConfigProvider["name"] | "code" | "default";
}

/** One resolution of a spec: where it looks, whom it tells, and what went wrong so far. `names` are always the path of a setting in the spec. */
export interface Search {
  readonly providers: readonly ConfigProvider[];
  readonly sections: readonly string[];
  readonly pipelineName: string | undefined;
  readonly onResolved: (setting: ResolvedSetting) => void;
  readonly problems: Problem[];
}

/** Where a raw value came from: for the trace, and in words. */
export interface Origin {
  readonly provider: ResolvedSetting["provider"];
  readonly key: string;
  readonly where: string;
}

export function ask(
  { providers, sections, pipelineName }: Search,
  names: readonly string[],
  { isSecret, takesTables }: { readonly isSecret: boolean; readonly takesTables: boolean },
): Answer {
  const keys = names.map(keyName);
  return lookUp(providers, { key: keys.at(-1) ?? "", groups: keys.slice(0, -1), sections, pipelineName, isSecret, takesTables });
}

export function originOf({ place }: Extract<Answer, { type: "found" }>): Origin {
  return { provider: place.provider, key: place.key, where: placeText(place) };
}

export function codeOrigin({ sections }: Search, names: readonly string[]): Origin {
  return { provider: "code", key: [...sections, ...names.map(keyName)].join("."), where: "the value given in code" };
}

/** The environment variable that is the surest place for a setting. */
export function variableOf({ providers, sections }: Search, names: readonly string[]): string {
  return `environment ${providers[0]?.spell([...sections, ...names.map(keyName)])}`;
}

export function reportExposed(search: Search, names: readonly string[], { place }: Extract<Answer, { type: "exposed" }>): void {
  search.problems.push({ type: "exposed", setting: names.join("."), where: placeText(place), instead: variableOf(search, names) });
}
