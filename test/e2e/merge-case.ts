import { type Pipeline, type ResourceHints, resource, type TableSchema, type WriteDisposition } from "../../src/index.ts";
import { readFixture, untag } from "../fixtures.ts";
import { query } from "./local-pipeline.ts";

/** One of dlt's merges, with what it left in the tables. */
export interface MergeCase {
  readonly name: string;
  readonly write_disposition: Disposition | readonly Disposition[];
  readonly primary_key: string | readonly string[] | null;
  readonly merge_key: string | readonly string[] | null;
  readonly columns: { readonly [column: string]: { readonly [hint: string]: unknown } } | null;
  readonly batches: readonly (readonly unknown[])[];
  readonly by_destination: { readonly duckdb: Outcome; readonly postgres: "same as duckdb" | Outcome; readonly sqlite: Outcome };
  readonly table_schema: TableSchema;
}

interface Outcome {
  readonly tables_after_each_batch: readonly Tables[];
  readonly error?: string;
}

type Disposition = string | { readonly disposition: string; readonly strategy?: string; readonly [option: string]: unknown };
export type Tables = { readonly [table: string]: readonly object[] };

export const { cases }: { readonly cases: readonly MergeCase[] } = readFixture<{ readonly cases: readonly MergeCase[] }>("merge.json");
export const destination: keyof MergeCase["by_destination"] = (process.env["LEAT_TEST_ON"] ??
  "duckdb") as keyof MergeCase["by_destination"];

export function outcomeOf({ by_destination: by }: MergeCase): Outcome {
  const outcome = by[destination];
  return outcome === "same as duckdb" ? by.duckdb : outcome;
}

export function items(each: MergeCase, index: number, batch: readonly unknown[]) {
  const dispositions = [each.write_disposition].flat() as Disposition[];
  const hints: ResourceHints = {
    writeDisposition: camelCase(dispositions[index] ?? dispositions[0]) as WriteDisposition,
    ...(each.primary_key === null ? {} : { primaryKey: each.primary_key }),
    ...(each.merge_key === null ? {} : { mergeKey: each.merge_key }),
    ...(each.columns === null ? {} : { columns: camelCase(each.columns, 2) as ResourceHints["columns"] & object }),
  };
  return resource("items", hints, untag(batch) as object[]);
}

/** Keys in the way options have them, down to that level; on the way there, and below, keys are names. */
function camelCase(value: unknown, level = 1): unknown {
  if (typeof value !== "object" || value === null || level === 0) return value;
  const keyOf = (key: string) => (level === 1 ? key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : key);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [keyOf(key), Array.isArray(member) ? member : camelCase(member, level - 1)]),
  );
}

/** Rows with the columns that the vectors show: without those of dlt's that are random. */
export async function loadedTables(pipeline: Pipeline, expected: Tables): Promise<Tables> {
  const names = Object.keys(pipeline.defaultSchema!.tables).filter((name) => !name.startsWith("_dlt"));
  const loaded = names.map(async (name) => {
    const shown = new Set((expected[name] ?? []).flatMap((row) => Object.keys(row)));
    const rows = await query(pipeline, `SELECT ${columns(pipeline, name)} FROM "${name}"`);
    return [name, rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => isShown(column, shown))))] as const;
  });
  return sorted(Object.fromEntries(await Promise.all(loaded)));
}

function isShown(column: string, shown: ReadonlySet<string>): boolean {
  return !column.startsWith("_dlt_") || shown.has(column);
}

/** The vectors of SQLite show what is stored: texts, and numbers for booleans. */
function columns(pipeline: Pipeline, table: string): string {
  if (destination !== "sqlite") return "*";
  const names = Object.values(pipeline.defaultSchema!.tables[table]!.columns).filter((column) => column.data_type !== undefined);
  return names
    .map(({ name, data_type: type }) => {
      if (type === "timestamp") return `CAST("${name}" AS TEXT) AS "${name}"`;
      return type === "bool" ? `CAST("${name}" AS INTEGER) AS "${name}"` : `"${name}"`;
    })
    .join(", ");
}

/** Tables have no order of rows. */
export function sorted(tables: Tables): Tables {
  const textOf = (row: object) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  return Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [name, [...rows].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1))]),
  );
}
