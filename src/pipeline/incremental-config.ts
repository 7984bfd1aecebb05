import { Decimal } from "decimal.js";
import { type ConfigSpec, type Field, field } from "../config/field.ts";
import { readTimestamp } from "../config/parse-value.ts";
import { ConfigError } from "../core/errors.ts";
import { PlainDate } from "../core/plain-date.ts";
import { PlainDateTime } from "../core/plain-date-time.ts";
import { PlainTime } from "../core/plain-time.ts";
import type { BuildEnvironment } from "../extract/build-source.ts";
import type { ResourceDefinition } from "../extract/definition.ts";
import { checkIncremental } from "../extract/incremental/check-incremental.ts";
import type { IncrementalOptions } from "../extract/incremental/incremental-options.ts";
import { replaceResources } from "../extract/replace-resources.ts";

/**
 * The resources with what config says of their cursors: `<sections>.<resource>.incremental.cursor_path`, `initial_value` and so on, as in dlt. It wins over
 * the code, and may give a cursor to a resource that declares none; for that it has to name the resource. Throws ConfigError.
 */
export async function withConfiguredCursors(
  resources: readonly ResourceDefinition[],
  sections: readonly string[],
  environment: BuildEnvironment,
): Promise<readonly ResourceDefinition[]> {
  const all = [...resources, ...parentsOf(resources)];
  const named = all.filter(({ name }) => name !== "incremental");
  // As entries: a resource may have a name such as `__proto__`.
  const ofEach = named.map(
    ({ name, incremental }) => [name, { incremental: incremental === undefined ? onlyPath : cursorFields }] as const,
  );
  const spec: ConfigSpec = Object.fromEntries([["incremental", { cursorPath: cursorFields.cursorPath }], ...ofEach]);
  const found = (await environment.config(spec, { overrides: {}, sections })) as { readonly [resource: string]: Found };
  const general = found["incremental"]!.cursorPath as unknown;
  const changes = new Map<string, IncrementalOptions>();
  for (const definition of named) {
    const { name, incremental } = definition;
    const own = found[name]!.incremental;
    if (incremental === undefined && (own.cursorPath === undefined || own.cursorPath === general)) continue;
    const said = incremental === undefined ? await wholeCursor(name, sections, environment) : own;
    const changed = configured(name, incremental, said);
    if (changed !== undefined) changes.set(name, changed);
  }
  if (changes.size === 0) return resources;
  const changed = replaceResources(all, (resource) => ({ ...resource, incremental: changes.get(resource.name) ?? resource.incremental }));
  return changed.slice(0, resources.length);
}

/** Those that are not listed themselves. */
function parentsOf(resources: readonly ResourceDefinition[]): readonly ResourceDefinition[] {
  const known = new Set(resources);
  const parents: ResourceDefinition[] = [];
  for (const { parent } of resources) {
    for (let each = parent; each !== undefined && !known.has(each); each = each.parent) {
      known.add(each);
      parents.push(each);
    }
  }
  return parents;
}

interface Found {
  readonly incremental: { readonly [option: string]: unknown };
  readonly [option: string]: unknown;
}

const text = (doc: string): Field<string | undefined> => field.optional(field.text(doc));
const oneOf = (doc: string, values: readonly string[]): Field<string | undefined> => field.optional(field.oneOf(doc, values));

const cursorFields = {
  cursorPath: text("The field of the rows that grows, or a JSON path to it."),
  initialValue: text("Where the first run starts."),
  endValue: text("Loads the range from the initial value to this one, and leaves the state alone."),
  rowOrder: oneOf("Rows come sorted.", ["asc", "desc"]),
  onCursorValueMissing: oneOf("What becomes of rows without a value.", ["raise", "include", "exclude"]),
  lag: text("Reads again what lies this far back: a number, or a duration such as `2h`."),
  rangeStart: oneOf("Whether rows at the start are read.", ["open", "closed"]),
  rangeEnd: oneOf("Whether rows at the end are read.", ["open", "closed"]),
};
const onlyPath = { cursorPath: cursorFields.cursorPath };

async function wholeCursor(name: string, sections: readonly string[], environment: BuildEnvironment): Promise<Found["incremental"]> {
  const found = await environment.config({ [name]: { incremental: cursorFields } }, { overrides: {}, sections });
  return (found as { readonly [resource: string]: Found })[name]!.incremental;
}

/** Undefined when config says nothing. */
function configured(
  name: string,
  declared: IncrementalOptions | undefined,
  { initialValue, endValue, lag, ...words }: Found["incremental"],
): IncrementalOptions | undefined {
  const given: Record<string, unknown> = { ...words };
  const like = declared?.initialValue ?? declared?.endValue;
  if (initialValue !== undefined) given["initialValue"] = valueLike(like, initialValue as string, `initial_value of resource \`${name}\``);
  if (endValue !== undefined) given["endValue"] = valueLike(like, endValue as string, `end_value of resource \`${name}\``);
  if (lag !== undefined) given["lag"] = numberOr(lag as string);
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  if (said.length === 0) return undefined;
  const options = { ...declared, ...Object.fromEntries(said) } as IncrementalOptions;
  checkIncremental(`resource \`${name}\`, with what config says,`, options);
  return options;
}

/** The text as a value of the type that the code declares. Where it declares none, what looks like a number is one. */
function valueLike(like: unknown, found: string, what: string): unknown {
  try {
    const value = converted(like, found);
    if (value !== undefined) return value;
  } catch {
    // Told below.
  }
  throw new ConfigError(`The setting ${what} is ${JSON.stringify(found)}, which is no ${typeWord(like)}, as the code declares it.`);
}

/** Of the cursor of a resource; undefined for all else. */
export function initialValueOf(data: object): unknown {
  const { incremental } = (data as { readonly "~definition"?: ResourceDefinition })["~definition"] ?? {};
  return incremental?.initialValue;
}

/** The text as a value like another one; undefined when it is none. Throws what its class throws. */
export function converted(like: unknown, found: string): unknown {
  if (like === undefined || like === null) return numberOr(found);
  if (typeof like === "string") return found;
  if (typeof like === "number") return typeof numberOr(found) === "number" ? numberOr(found) : undefined;
  if (typeof like === "bigint") return BigInt(found);
  if (like instanceof PlainDate) return PlainDate.from(found);
  if (like instanceof PlainDateTime) return PlainDateTime.from(found);
  if (like instanceof PlainTime) return PlainTime.from(found);
  if (Decimal.isDecimal(like)) return new Decimal(found);
  const read = like instanceof Date ? readTimestamp(found) : { expected: "" };
  return "value" in (read as object) ? (read as { readonly value: Date }).value : undefined;
}

export function numberOr(found: string): string | number {
  const value = Number(found);
  return /^[+-]?\d+(?:\.\d+)?$/.test(found) && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? value : found;
}

function typeWord(like: unknown): string {
  return typeof like === "object" && like !== null ? like.constructor.name : typeof like;
}
