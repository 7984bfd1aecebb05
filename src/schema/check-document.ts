import { dataTypes } from "./data-type.ts";
import { detectionNames } from "./detections.ts";
import type { SchemaDocument } from "./document.ts";
import { contractModes, tableFormats, writeDispositions } from "./hint-options.ts";
import { nameTest } from "./name-pattern.ts";
import { namingNames } from "./naming/naming-convention.ts";
import { relationalNormalizer } from "./new-schema.ts";

/** What is wrong in a schema that somebody may have written by hand, with the place of it; undefined when all is well. Hints that begin with `x-` are anybody's. */
export function problemOf(schema: SchemaDocument): string | undefined {
  return firstProblem(schema as never, {
    version: count(1),
    version_hash: text,
    engine_version: count(1),
    name: text,
    tables: mapOf(table(schema)),
    settings,
    normalizers,
    previous_hashes: listOf(text),
    imported_version_hash: orNull(text),
    description: orNull(text),
  });
}

/** Says what is wrong with a value: follows its place. */
type Check = (value: unknown) => string | Nested | undefined;
/** A problem further inside. */
interface Nested {
  readonly path: string;
  readonly problem: string;
}

function firstProblem(object: { readonly [key: string]: unknown }, checks: { readonly [key: string]: Check }): string | undefined {
  const found = members(checks)(object);
  return typeof found === "object" ? `\`${found.path}\` ${found.problem}` : found;
}

const text: Check = (value) => (typeof value === "string" ? undefined : `is ${shown(value)}, but has to be a text`);
const flag: Check = (value) => (typeof value === "boolean" ? undefined : `is ${shown(value)}, but has to be true or false`);
const anything: Check = () => undefined;

function count(least: number): Check {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least
      ? undefined
      : `is ${shown(value)}, but has to be a whole number of ${least} or more`;
}

function oneOf(...allowed: readonly string[]): Check {
  return (value) => (allowed.includes(value as string) ? undefined : `is ${shown(value)}, but has to be one of ${allowed.join(", ")}`);
}

function orNull(check: Check): Check {
  return (value) => (value === null ? undefined : check(value));
}

function listOf(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return `is ${shown(value)}, but has to be a list`;
    return inside(
      value.map((member, index) => [String(index), member]),
      () => check,
    );
  };
}

function mapOf(check: Check): Check {
  return (value) => (isObject(value) ? inside(Object.entries(value), () => check) : `is ${shown(value)}, but has to be a map of names`);
}

/** Only these keys, and `x-` ones. */
function members(checks: { readonly [key: string]: Check }): Check {
  return (value) => {
    if (!isObject(value)) return `is ${shown(value)}, but has to be a map`;
    const unknown = (): string => "is no setting that schemas have";
    return inside(Object.entries(value), (key) => (key.startsWith("x-") ? anything : Object.hasOwn(checks, key) ? checks[key]! : unknown));
  };
}

function inside(entries: readonly (readonly [string, unknown])[], checkOf: (key: string) => Check): Nested | undefined {
  for (const [key, value] of entries) {
    const found = checkOf(key)(value);
    if (typeof found === "string") return { path: key, problem: found };
    if (found !== undefined) return { path: `${key}.${found.path}`, problem: found.problem };
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : (JSON.stringify(value) ?? String(value));
}

const pattern: Check = (value) => {
  if (typeof value !== "string") return text(value);
  try {
    nameTest([value]);
    return undefined;
  } catch {
    return `is ${shown(value)}: what follows \`re:\` is no valid pattern`;
  }
};

const contract: Check = (value) => {
  const mode = oneOf(...contractModes);
  return isObject(value) ? members({ tables: orNull(mode), columns: orNull(mode), data_type: orNull(mode) })(value) : mode(value);
};

const hintFlags = ["primary_key", "merge_key", "unique", "sort", "partition", "cluster", "row_key", "parent_key", "root_key"];
const otherFlags = ["nullable", "timezone", "variant", "hard_delete", "incremental"];

const column: Check = members({
  name: text,
  data_type: orNull(oneOf(...dataTypes)),
  precision: orNull(count(0)),
  scale: orNull(count(0)),
  description: orNull(text),
  dedup_sort: orNull(oneOf("asc", "desc")),
  ...Object.fromEntries([...hintFlags, ...otherFlags].map((hint) => [hint, orNull(flag)])),
});

function table(schema: SchemaDocument): Check {
  const known: Check = (value) =>
    typeof value === "string" && Object.hasOwn(schema.tables, value) ? undefined : `is ${shown(value)}, which is no table of the schema`;
  const hints = members({
    name: text,
    columns: mapOf(column),
    write_disposition: orNull(oneOf(...writeDispositions)),
    resource: orNull(text),
    parent: orNull(known),
    description: orNull(text),
    schema_contract: orNull(contract),
    table_sealed: anything,
    table_format: orNull(oneOf(...tableFormats)),
    file_format: orNull(text),
    filters: anything,
    references: orNull(listOf(anything)),
  });
  return (value) =>
    hints(value) ?? (isNestedInItself(schema, value as never) ? { path: "parent", problem: "leads back to the table" } : undefined);
}

function isNestedInItself(schema: SchemaDocument, start: { readonly parent?: string }): boolean {
  const seen = new Set<string>();
  for (let { parent } = start; typeof parent === "string"; parent = schema.tables[parent]?.parent) {
    if (seen.has(parent)) return true;
    seen.add(parent);
  }
  return false;
}

const settings: Check = members({
  detections: orNull(listOf(oneOf(...detectionNames))),
  default_hints: orNull((value) => {
    const unknown = isObject(value)
      ? Object.keys(value).find((hint) => hint !== "not_null" && !hintFlags.includes(hint) && hint !== "hard_delete")
      : undefined;
    return unknown === undefined
      ? mapOf(listOf(pattern))(value)
      : { path: unknown, problem: "is no hint that columns get for their names" };
  }),
  preferred_types: orNull((value) => {
    if (!isObject(value)) return mapOf(anything)(value);
    const wrong = Object.keys(value).find((name) => pattern(name) !== undefined);
    return wrong === undefined ? mapOf(oneOf(...dataTypes))(value) : { path: wrong, problem: "is no valid pattern" };
  }),
  schema_contract: orNull(contract),
  schema_sealed: anything,
});

const copied: Check = mapOf(text);

const normalizers: Check = members({
  // Whether a convention of somebody's own is there shows when names are made.
  names: (value) =>
    typeof value === "string" && /^[A-Za-z_]\w*(\.\w+)*$/.test(value)
      ? undefined
      : `is ${shown(value)}, but has to be one of ${namingNames.join(", ")}, or the name of your own`,
  json: members({
    module: (value) =>
      value === relationalNormalizer
        ? undefined
        : `is ${shown(value)}, a module of Python's; leat takes documents apart in one way, \`${relationalNormalizer}\``,
    config: orNull(
      members({
        max_nesting: orNull(count(0)),
        root_key_propagation: orNull(flag),
        generate_dlt_id: orNull(flag),
        propagation: orNull(members({ root: orNull(copied), tables: orNull(mapOf(copied)) })),
      }),
    ),
  }),
  allow_identifier_change_on_table_with_data: orNull(flag),
  use_break_path_on_normalize: orNull(flag),
});
