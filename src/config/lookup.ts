import { type ConfigProvider, type FoundValue, isTable } from "./provider.ts";
import { sectionPaths } from "./section-paths.ts";

/** What is looked for, and under which sections. */
export interface Question {
  readonly key: string;
  readonly sections: readonly string[];
  readonly groups: readonly string[];
  readonly pipelineName: string | undefined;
  readonly isSecret: boolean;
  /** Whether a TOML table is an answer, or only a section that has the name of the key. */
  readonly takesTables: boolean;
}

/** A place that was looked at. */
export interface Place {
  readonly provider: ConfigProvider["name"];
  readonly key: string;
  readonly file?: string;
  /** What is there instead of a value. */
  readonly note?: string;
}

export type Answer =
  | { readonly type: "found"; readonly value: unknown; readonly place: Place }
  /** A secret in a file that is no place for secrets. */
  | { readonly type: "exposed"; readonly place: Place }
  /** `places` looks for where it could be: most settings are missing, and have a default. */
  | { readonly type: "missing"; places(): readonly Place[] };

/** With the pipeline's name as outermost section through all providers, then without it. The first value counts. */
export function lookUp(providers: readonly ConfigProvider[], question: Question): Answer {
  for (const { provider, path } of searchOrder(providers, question)) {
    const found = provider.find(path, question);
    if (found === undefined || noteOn(found, question) !== undefined) continue;
    const place = placeOf(provider, path, found, undefined);
    return question.isSecret && !provider.holdsSecrets ? { type: "exposed", place } : { type: "found", value: found.value, place };
  }
  return { type: "missing", places: () => placesOf(providers, question) };
}

function placesOf(providers: readonly ConfigProvider[], question: Question): readonly Place[] {
  const places: Place[] = [];
  for (const { provider, path } of searchOrder(providers, question)) {
    if (!provider.holdsSecrets && question.isSecret) continue;
    const found = provider.find(path, question);
    places.push(placeOf(provider, path, found, found && noteOn(found, question)));
  }
  return places;
}

function* searchOrder(providers: readonly ConfigProvider[], { key, sections, groups, pipelineName }: Question) {
  const paths = sectionPaths(sections, groups).map((path) => [...path, key]);
  for (const prefix of pipelineName === undefined ? [[]] : [[pipelineName], []]) {
    for (const provider of providers) for (const path of paths) yield { provider, path: [...prefix, ...path] };
  }
}

/** Why what is there does not count as a value. */
function noteOn({ value }: FoundValue, { takesTables }: Question): string | undefined {
  if (typeof value === "string" && placeholder.test(value)) return `holds the placeholder ${value.trim()}`;
  return isTable(value) && !takesTables ? "is a section" : undefined;
}

/** What a freshly made secrets.toml holds until somebody fills it in. */
const placeholder = /^\s*<configure[ _-]me>\s*$/i;

function placeOf(provider: ConfigProvider, path: readonly string[], found: FoundValue | undefined, note: string | undefined): Place {
  const place = { provider: provider.name, key: provider.spell(path) };
  return { ...place, ...(found?.file !== undefined && { file: found.file }), ...(note !== undefined && { note }) };
}
