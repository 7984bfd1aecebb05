import { randomRowIds } from "../core/random-row-ids.ts";
import type { Runtime } from "../core/runtime.ts";
import { preferredType } from "../schema/default-hints.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { MergeStrategy } from "../schema/hint-options.ts";
import { mergeStrategyOf } from "../schema/merge-strategy.ts";
import { normalizerHints } from "../schema/table.ts";
import type { FlattenSettings } from "./flatten.ts";
import { keyHash, rowHash } from "./keys.ts";

export interface FlattenSource {
  readonly schema: SchemaDocument;
  readonly loadId: string;
  readonly naming: FlattenSettings["naming"];
  /** Of the destination. Where nothing is merged, ids are random. */
  readonly mergeStrategies: readonly MergeStrategy[];
  readonly runtime: Pick<Runtime, "randomBytes">;
  /** Ids of rows that nothing identifies; default ten random bytes. */
  readonly newRowId?: (() => string) | undefined;
}

/** How the documents of a package are taken apart: as its schema says when the package begins. */
export function flattenSettings({
  schema,
  loadId,
  naming,
  mergeStrategies,
  runtime,
  newRowId = randomRowIds(runtime),
}: FlattenSource): FlattenSettings {
  const { config } = schema.normalizers.json;
  const dltId = naming.normalizeIdentifier("_dlt_id");
  const table = (name: string): TableSchema | undefined => (Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined);
  const keyColumns = new Map<string, readonly string[]>();
  return {
    naming,
    loadId,
    useBreakPath: schema.normalizers.use_break_path_on_normalize !== false,
    maxNesting: (name) => (normalizerHints(table(name) ?? {})["max_nesting"] as number | undefined) ?? config?.max_nesting,
    nestedNesting: nestedNesting(schema),
    isJsonColumn: (name, column) => (table(name)?.columns[column]?.data_type ?? preferredType(schema, column)) === "json",
    isRootTable: (name) => {
      const found = table(name);
      return found !== undefined && found.parent === undefined;
    },
    propagation: (name) =>
      Object.entries({ ...(table(name)?.parent === undefined ? config?.propagation?.root : {}), ...config?.propagation?.tables?.[name] }),
    rowId: (name, row, document) => {
      const found = table(name);
      switch (identifyingStrategy(found, mergeStrategies)) {
        case "upsert":
        case "insert-only": {
          const keys =
            keyColumns.get(name) ??
            Object.values(found!.columns)
              .filter((column) => column["primary_key"] === true)
              .map((column) => column.name);
          keyColumns.set(name, keys);
          return keyHash(row, keys);
        }
        case "scd2":
          // With a column of its own for that, the content tells no versions apart, and the id identifies the row.
          return found!.columns[dltId]?.["x-row-version"] === true ? rowHash(document) : newRowId();
        case undefined:
          return newRowId();
      }
    },
  };
}

/** True when nothing but chance tells the rows of documents of this table apart. */
export function hasRandomRowIds({ schema, mergeStrategies }: Pick<FlattenSource, "schema" | "mergeStrategies">, name: string): boolean {
  const table = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
  return identifyingStrategy(table, mergeStrategies) === undefined;
}

/** Of strategies those that take ids of rows from what is in the rows. */
const identifying = ["upsert", "insert-only", "scd2"] as const;

function identifyingStrategy(
  table: TableSchema | undefined,
  supported: readonly MergeStrategy[],
): (typeof identifying)[number] | undefined {
  const strategy = table && mergeStrategyOf(table, supported);
  return identifying.find((known) => known === strategy);
}

/** How deep tables say that their rows go, wherever those are found; undefined when none does, which is the usual case. */
function nestedNesting(schema: SchemaDocument): FlattenSettings["nestedNesting"] {
  const levels = new Map<string, number>();
  for (const table of Object.values(schema.tables)) {
    const level = normalizerHints(table)["max_nesting"];
    if (typeof level === "number") levels.set(table.name, level);
  }
  return levels.size === 0 ? undefined : (name) => levels.get(name);
}
