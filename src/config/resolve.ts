import { ConfigError } from "../core/errors.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import { environmentProvider } from "./environment.ts";
import { definitionOf, type FieldDefinition, isField } from "./field.ts";
import { problemsError } from "./problem.ts";
import type { ConfigProvider } from "./provider.ts";
import { ask, codeOrigin, type Origin, originOf, type ResolvedSetting, reportExposed, type Search, variableOf } from "./search.ts";
import { describeValue, shownValue } from "./shown-value.ts";
import type { ConfigOf, ConfigOverrides, ConfigSpec } from "./spec.ts";
import { textFormOf } from "./text-form.ts";
import { tomlProvider } from "./toml.ts";

export type { ResolvedSetting } from "./search.ts";

export interface ResolveOptions<Spec> {
  readonly environment: ConfigEnvironment;
  /** Values given in code; they count before all others. */
  readonly overrides?: ConfigOverrides<Spec> | undefined;
  /** From outer to inner: `["sources", "crm"]`, `["destination", "duckdb"]`. */
  readonly sections?: readonly string[];
  readonly pipelineName?: string | undefined;
  /** Told each value that was found, for the trace of a run. */
  readonly onResolved?: ((setting: ResolvedSetting) => void) | undefined;
}

/** Looks up all settings of a spec. The result is frozen. Throws one ConfigError that names everything missing or wrong, and every place looked at. */
export async function resolveConfig<Spec extends ConfigSpec>(spec: Spec, options: ResolveOptions<Spec>): Promise<ConfigOf<Spec>> {
  const { environment, overrides, sections = [], pipelineName, onResolved = () => {} } = options;
  const providers = await openProviders(environment);
  const search: Search = { providers, sections, pipelineName, onResolved, problems: [] };
  const config = await resolveGroup(search, { spec, names: [], overrides, textForm: undefined });
  if (search.problems.length > 0) throw problemsError(search.problems, subjectOf(sections), providers);
  return config as ConfigOf<Spec>;
}

interface Group {
  readonly spec: ConfigSpec;
  readonly names: readonly string[];
  readonly overrides: ConfigOverrides<ConfigSpec> | undefined;
  readonly textForm: TextForm | undefined;
}

/** Of a group that may be given as one text: where that text can stand, and what it says when there is one. */
interface TextForm {
  readonly place: string;
  readonly found?: { readonly values: ConfigOverrides<ConfigSpec>; readonly origin: Origin };
}

/** In the order in which they are asked. */
export async function openProviders(environment: ConfigEnvironment): Promise<readonly ConfigProvider[]> {
  return [
    environmentProvider(environment),
    await tomlProvider("secrets.toml", environment),
    await tomlProvider("config.toml", environment),
  ];
}

function subjectOf(sections: readonly string[]): string {
  return sections.length === 0 ? "the configuration" : `\`${sections.join(".")}\``;
}

async function resolveGroup(search: Search, group: Group): Promise<object> {
  reportUnknown(search, group);
  const found: [name: string, value: unknown][] = [];
  for (const [name, entry] of Object.entries(group.spec)) {
    const value = isField(entry)
      ? await resolveField(search, group, name, definitionOf(entry))
      : await resolveInnerGroup(search, entry, [...group.names, name], givenOf(group, name) as Group["overrides"]);
    found.push([name, value]);
  }
  // Names may be those of resources, `__proto__` too.
  return Object.freeze(Object.fromEntries(found));
}

function givenOf({ overrides = {} }: Group, name: string): unknown {
  // A resource called `toString` was not given because every object has a member of that name.
  return Object.hasOwn(Object.prototype, name) && !Object.hasOwn(overrides, name) ? undefined : overrides[name];
}

/** A typo in an override would otherwise be looked up elsewhere without a word. */
function reportUnknown({ problems }: Search, { spec, names, overrides = {} }: Group): void {
  for (const name of Object.keys(overrides)) {
    if (!Object.hasOwn(spec, name)) problems.push({ type: "unknown", setting: [...names, name].join("."), known: Object.keys(spec) });
  }
}

async function resolveInnerGroup(
  search: Search,
  spec: ConfigSpec,
  names: readonly string[],
  overrides: Group["overrides"],
): Promise<unknown> {
  const problemsBefore = search.problems.length;
  const textForm = readTextForm(search, spec, names);
  if (search.problems.length > problemsBefore) return undefined;
  return resolveGroup(search, { spec, names, overrides, textForm });
}

function readTextForm(search: Search, spec: ConfigSpec, names: readonly string[]): TextForm | undefined {
  const parse = textFormOf(spec);
  if (parse === undefined) return undefined;
  const place = variableOf(search, names);
  const answer = ask(search, names, { isSecret: true, takesTables: false });
  if (answer.type === "missing") return { place };
  if (answer.type === "exposed") return void reportExposed(search, names, answer);
  const origin = originOf(answer);
  try {
    return { place, found: { values: parse(String(answer.value)), origin } };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return void search.problems.push({ type: "unreadable", setting: names.join("."), reason: error.message, where: origin.where });
  }
}

/** Given in code, else in the text of its group, else looked up, else the default. */
async function resolveField(search: Search, group: Group, name: string, field: FieldDefinition): Promise<unknown> {
  const names = [...group.names, name];
  const given = givenOf(group, name);
  if (given !== undefined) return accept(search, names, field, given, codeOrigin(search, names));
  const text = group.textForm?.found;
  if (text?.values[name] !== undefined) {
    const origin = { ...text.origin, key: `${text.origin.key} (${name})` };
    return accept(search, names, field, text.values[name], origin);
  }
  const answer = field.readFound === undefined ? ({ type: "missing", places: () => [] } as const) : ask(search, names, field);
  if (answer.type === "found") return accept(search, names, field, answer.value, originOf(answer));
  if (answer.type === "exposed") return reportExposed(search, names, answer);
  if (field.default !== undefined) return useDefault(search, names, field);
  if (!field.isOptional) {
    const { doc, isSecret } = field;
    search.problems.push({
      type: "missing",
      setting: names.join("."),
      doc,
      isSecret,
      places: answer.places(),
      textForm: group.textForm?.place,
    });
  }
  return undefined;
}

async function accept(search: Search, names: readonly string[], field: FieldDefinition, raw: unknown, origin: Origin): Promise<unknown> {
  const read = origin.provider === "code" ? field.readGiven : (field.readFound ?? field.readGiven);
  const reading = await read(raw);
  if ("value" in reading) {
    search.onResolved({ key: origin.key, value: shownValue(field, reading.value), provider: origin.provider });
    return reading.value;
  }
  const { expected } = reading;
  search.problems.push({ type: "wrong", setting: names.join("."), expected, found: describeValue(field, raw), where: origin.where });
  return undefined;
}

function useDefault(search: Search, names: readonly string[], field: FieldDefinition): unknown {
  search.onResolved({ key: codeOrigin(search, names).key, value: shownValue(field, field.default), provider: "default" });
  return field.default;
}
