import { describe, expect, test } from "vitest";
import {
  ContractViolationError,
  type ResourceHints,
  resource,
  type TableSchema,
  UnsupportedError,
  type WriteDisposition,
} from "../../src/index.ts";
import { readFixture, untag } from "../fixtures.ts";
import { failure, localPipeline, query } from "./local-pipeline.ts";

interface MergeCase {
  readonly name: string;
  readonly write_disposition: Disposition | readonly Disposition[];
  readonly primary_key: string | readonly string[] | null;
  readonly merge_key: string | readonly string[] | null;
  readonly columns: { readonly [column: string]: { readonly [hint: string]: unknown } } | null;
  readonly batches: readonly (readonly unknown[])[];
  /** Of the cases that are taken, Postgres has the same. */
  readonly by_destination: { readonly duckdb: { readonly tables_after_each_batch: readonly Tables[]; readonly error?: string } };
  readonly table_schema: TableSchema;
}

type Disposition = string | { readonly disposition: string; readonly strategy?: string; readonly deduplicated?: boolean };
type Tables = { readonly [table: string]: readonly object[] };

const { cases } = readFixture<{ readonly cases: readonly MergeCase[] }>("merge.json");

/** Strategies of dlt's that leat does not have, and the vectors for them. Each is refused before anything runs. */
const refused: Readonly<Record<string, readonly string[]>> = {
  upsert: [
    "upsert",
    "upsert_nested",
    "upsert_hard_delete",
    "upsert_hard_delete_timestamp",
    "upsert_compound",
    "upsert_dups_in_batch",
    "upsert_dups_in_first_batch",
  ],
  "insert-only": ["insert_only", "insert_only_hard_delete"],
  scd2: [
    "scd2",
    "scd2_reinsert",
    "scd2_nested",
    "scd2_merge_key_natural",
    "scd2_merge_key_partition_compound",
    "scd2_active_timestamp_and_names",
    "scd2_row_version_column",
  ],
};
const refusedNames = Object.values(refused).flat();
/** dlt's load fails on the NOT NULL of the key; leat refuses the row while it normalizes. */
const withoutKey = "delete_insert_null_key";

describe("tables after each batch, and how the table is stored, are as with dlt", () => {
  test.each(cases.filter((each) => each.name !== withoutKey && !refusedNames.includes(each.name)))("$name", async (each) => {
    const pipeline = localPipeline();
    const after: Tables[] = [];
    for (const batch of each.batches) {
      await pipeline.run(items(each, batch));
      after.push(await loadedTables(pipeline));
    }
    expect(after).toEqual(each.by_destination.duckdb.tables_after_each_batch.map((tables) => sorted(untag(tables) as Tables)));
    const { items: table } = pipeline.defaultSchema!.tables;
    expect(table).toEqual(each.table_schema);
    expect(Object.keys(table!.columns)).toEqual(Object.keys(each.table_schema.columns));
  });
});

test(`${withoutKey}: a row without its key is refused, and nothing is stored`, async () => {
  const each = cases.find(({ name }) => name === withoutKey)!;
  expect(each.by_destination.duckdb.error).toBeDefined();
  const pipeline = localPipeline();
  expect(await failure(() => pipeline.run(items(each, each.batches[0]!)))).toBeInstanceOf(ContractViolationError);
});

describe("a strategy that leat does not have is refused", () => {
  test.each(Object.entries(refused).flatMap(([strategy, names]) => names.map((name) => [name, strategy] as const)))(
    "%s",
    async (name, strategy) => {
      const each = cases.find((vector) => vector.name === name)!;
      const error = await failure(() => localPipeline().run(items(each, each.batches[0]!)));
      expect(error).toBeInstanceOf(UnsupportedError);
      expect(String(error)).toContain(`it is merged with the strategy ${strategy}`);
    },
  );
});

function items(each: MergeCase, batch: readonly unknown[]) {
  const [disposition] = [each.write_disposition].flat() as Disposition[];
  const hints: ResourceHints = {
    writeDisposition: camelCase(disposition) as WriteDisposition,
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
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [keyOf(key), camelCase(member, level - 1)]));
}

/** Rows as the vectors show them: of the columns that dlt adds only the index. */
async function loadedTables(pipeline: ReturnType<typeof localPipeline>): Promise<Tables> {
  const names = Object.keys(pipeline.defaultSchema!.tables).filter((name) => !name.startsWith("_dlt"));
  const loaded = names.map(async (name) => [name, (await query(pipeline, `SELECT * FROM "${name}"`)).map(withoutKeys)] as const);
  return sorted(Object.fromEntries(await Promise.all(loaded)));
}

function withoutKeys(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith("_dlt_") || name === "_dlt_list_idx"));
}

/** Tables have no order of rows. */
function sorted(tables: Tables): Tables {
  const textOf = (row: object) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  return Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [name, [...rows].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1))]),
  );
}
