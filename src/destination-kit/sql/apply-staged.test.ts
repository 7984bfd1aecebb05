import { describe, expect, test } from "vitest";
import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import { applyStaged, createStaging, endStaging } from "./apply-staged.ts";
import type { SqlDialect } from "./dialect.ts";
import type { StagedChain } from "./staged-chain.ts";
import { datasetStaging, movableStaging, type StagingPlace, temporaryStaging } from "./staging-place.ts";

const id: ColumnSchema = { name: "id", data_type: "bigint", nullable: false, primary_key: true };
const value: ColumnSchema = { name: "value", data_type: "bigint" };
const rowId: ColumnSchema = { name: "_dlt_id", data_type: "text", nullable: false, row_key: true };
const rootId: ColumnSchema = { name: "_dlt_root_id", data_type: "text", nullable: false, root_key: true };
const nested = table("items__l", [value, rootId, rowId], "items");

const dialect: SqlDialect = {
  quoteIdentifier: (name) => `"${name}"`,
  columnType: (column) => String(column.data_type).toUpperCase(),
  columnConstraint: () => "",
  emptyTable: (name) => `DELETE FROM ${name}`,
  temporaryTable: (name) => `tmp."${name}"`,
  rowPosition: "rownum",
  timestampLiteral: (_column, { micros, isActive = false }) => `${isActive ? "for ever" : "at"} ${micros}`,
  parameter: () => "?",
  loadJobs: async () => [],
};

describe("upsert", () => {
  test("changes all columns but the key, and comes where there is none", () => {
    expect(applied(chain("upsert", [table("items", [id, value, rowId])]))).toEqual([
      'MERGE INTO "ds"."items" AS d USING tmp."staging_items" AS s ON d."id" = s."id" ' +
        'WHEN MATCHED THEN UPDATE SET "value" = s."value", "_dlt_id" = s."_dlt_id" ' +
        'WHEN NOT MATCHED THEN INSERT ("id", "value", "_dlt_id") VALUES (s."id", s."value", s."_dlt_id")',
    ]);
  });

  test("has nothing to change where the key is all there is", () => {
    expect(applied(chain("upsert", [table("items", [id])]))).toEqual([
      'MERGE INTO "ds"."items" AS d USING tmp."staging_items" AS s ON d."id" = s."id" WHEN NOT MATCHED THEN INSERT ("id") VALUES (s."id")',
    ]);
  });

  test("removes flagged rows with what is nested in them, and nested rows that are no longer there", () => {
    const gone: ColumnSchema = { name: "gone", data_type: "bool", hard_delete: true };
    const [root, lines, ...deletes] = applied(chain("upsert", [table("items", [id, gone, rowId]), nested]));
    expect(root).toContain('WHEN MATCHED AND s."gone" THEN DELETE WHEN MATCHED THEN UPDATE');
    expect(lines).toMatch(/^MERGE INTO "ds"\."items__l" AS d USING tmp\."staging_items__l" AS s ON d\."_dlt_id" = s\."_dlt_id" /);
    expect(deletes).toEqual([
      'DELETE FROM "ds"."items__l" AS d WHERE "_dlt_root_id" IN (SELECT "_dlt_id" FROM tmp."staging_items") ' +
        'AND NOT EXISTS (SELECT 1 FROM tmp."staging_items__l" AS s WHERE d."_dlt_id" = s."_dlt_id")',
      'DELETE FROM "ds"."items__l" WHERE "_dlt_root_id" IN (SELECT "_dlt_id" FROM tmp."staging_items" WHERE "gone")',
    ]);
  });

  test("is one statement whose parts see what was there before, where there is no MERGE", () => {
    const old = { ...dialect, hasMerge: false };
    const gone: ColumnSchema = { name: "gone", data_type: "bool", hard_delete: true };
    const missing = (columns: string) =>
      `INSERT INTO "ds"."items" (${columns}) SELECT ${columns.replaceAll(/"(\w+)"/g, 's."$1"')} FROM tmp."staging_items" AS s ` +
      'LEFT JOIN "ds"."items" AS d ON d."id" = s."id" WHERE d."id" IS NULL';
    expect(applied({ ...chain("upsert", [table("items", [id, value, gone])]), dialect: old })).toEqual([
      'WITH gone AS (DELETE FROM "ds"."items" AS d USING tmp."staging_items" AS s WHERE d."id" = s."id" AND s."gone"), ' +
        'changed AS (UPDATE "ds"."items" AS d SET "value" = s."value", "gone" = s."gone" FROM tmp."staging_items" AS s ' +
        'WHERE d."id" = s."id" AND (s."gone" IS NULL OR NOT s."gone")) ' +
        missing('"id", "value", "gone"'),
    ]);
    expect(applied({ ...chain("upsert", [table("items", [id])]), dialect: old })).toEqual([missing('"id"')]);
  });

  test("refuses two rows of one key where the database would take either", () => {
    const raising = { ...dialect, raise: (message: string) => `raise(${message})` };
    expect(applied({ ...chain("upsert", [table("items", [id])]), dialect: raising })[0]).toBe(
      "SELECT raise('Two of them have the primary key ' || 'id ' || CAST(s.\"id\" AS VARCHAR) || ' of a row that is there.') " +
        'FROM (SELECT "id" FROM tmp."staging_items" GROUP BY "id" HAVING count(*) > 1) AS s ' +
        'WHERE EXISTS (SELECT 1 FROM "ds"."items" AS d WHERE d."id" = s."id")',
    );
  });
});

test("insert-only brings rows whose key is new and that are not flagged, and nested rows whose id is new", () => {
  const gone: ColumnSchema = { name: "gone", data_type: "timestamp", hard_delete: true };
  expect(applied(chain("insert-only", [table("items", [id, gone]), nested]))).toEqual([
    'INSERT INTO "ds"."items" ("id", "gone") SELECT s."id", s."gone" FROM tmp."staging_items" AS s ' +
      'LEFT JOIN "ds"."items" AS d ON d."id" = s."id" WHERE d."id" IS NULL AND s."gone" IS NULL',
    'INSERT INTO "ds"."items__l" ("value", "_dlt_root_id", "_dlt_id") SELECT s."value", s."_dlt_root_id", s."_dlt_id" ' +
      'FROM tmp."staging_items__l" AS s LEFT JOIN "ds"."items__l" AS d ON d."_dlt_id" = s."_dlt_id" WHERE d."_dlt_id" IS NULL',
  ]);
});

describe("scd2", () => {
  const version: ColumnSchema = {
    name: "_dlt_id",
    data_type: "text",
    nullable: false,
    "x-row-version": true,
    unique: false,
    row_key: false,
  };
  const from: ColumnSchema = { name: "from", data_type: "timestamp", "x-valid-from": true };
  const to: ColumnSchema = { name: "to", data_type: "timestamp", "x-valid-to": true, "x-active-record-timestamp": null };

  test("ends what was not staged at the time of the package, and begins what is not current", () => {
    expect(applied(chain("scd2", [table("items", [from, to, value, version])]))).toEqual([
      'UPDATE "ds"."items" AS d SET "to" = at 5 WHERE d."to" IS NULL AND NOT EXISTS (SELECT 1 FROM tmp."staging_items" AS s WHERE d."_dlt_id" = s."_dlt_id")',
      'INSERT INTO "ds"."items" ("from", "to", "value", "_dlt_id") SELECT at 5, NULL, s."value", s."_dlt_id" FROM tmp."staging_items" AS s ' +
        'LEFT JOIN "ds"."items" AS d ON d."_dlt_id" = s."_dlt_id" AND d."to" IS NULL WHERE d."_dlt_id" IS NULL',
    ]);
  });

  test("with a merge key, a boundary and a time for current rows", () => {
    const active = { ...to, "x-active-record-timestamp": "1970-01-02" };
    const root = {
      ...table("items", [from, active, { ...id, primary_key: false, merge_key: true }, version]),
      "x-boundary-timestamp": "1970-01-01T00:00:01Z",
    };
    const [end, begin] = applied(chain("scd2", [root]));
    expect(end).toMatch(
      / SET "to" = at 1000000 WHERE d\."to" = for ever 86400000000 AND NOT EXISTS .* AND EXISTS \(SELECT 1 .* WHERE d\."id" = s\."id"\)$/,
    );
    expect(begin).toContain('SELECT at 1000000, for ever 86400000000, s."id"');
    expect(begin).toContain('AND d."to" = for ever 86400000000 WHERE');
  });
});

describe("replace", () => {
  test("from staging empties a table when the new rows are there", () => {
    expect(applied(chain("insert-from-staging", [table("items", [id]), { ...nested, isEmpty: true }]))).toEqual([
      'DELETE FROM "ds"."items"',
      'INSERT INTO "ds"."items" ("id") SELECT "id" FROM tmp."staging_items"',
      'DELETE FROM "ds"."items__l"',
    ]);
  });

  test("by moving puts the filled tables in the place of the old ones, and leaves nothing", () => {
    const place = movableStaging({ dialect, dataset: '"own"', isKept: false });
    const moved = chain("staging-optimized", [table("items", [id])], place);
    expect([...createStaging([moved]), ...applyStaged(moved, '"ds"'), ...endStaging([moved])]).toEqual([
      'CREATE SCHEMA IF NOT EXISTS "own"',
      'DROP TABLE IF EXISTS "own"."items"',
      'CREATE TABLE IF NOT EXISTS "own"."items" (\n  "id" BIGINT NOT NULL\n)',
      'DROP TABLE IF EXISTS "ds"."items"',
      'ALTER TABLE "own"."items" SET SCHEMA "ds"',
      'DROP SCHEMA "own"',
    ]);
  });

  test("by moving out of a staging dataset leaves an empty table there, which dlt counts on", () => {
    const place = movableStaging({ dialect, dataset: '"stg"', isKept: true });
    const moved = chain("staging-optimized", [table("items", [id])], place);
    expect(applyStaged(moved, '"ds"').at(-1)).toBe('CREATE TABLE IF NOT EXISTS "stg"."items" (\n  "id" BIGINT NOT NULL\n)');
    expect(endStaging([moved])).toEqual([]);
  });
});

test("a staging dataset is made once for all tables, and its tables are made anew", () => {
  const place = datasetStaging({ dialect, dataset: '"stg"', isTruncated: true });
  const chains = ["a", "b"].map((name) => chain("upsert", [table(name, [id])], place));
  expect(createStaging(chains)).toEqual([
    'CREATE SCHEMA IF NOT EXISTS "stg"',
    ...["a", "b"].flatMap((name) => [`DROP TABLE IF EXISTS "stg"."${name}"`, `CREATE TABLE "stg"."${name}" (\n  "id" BIGINT\n)`]),
  ]);
  expect(applyStaged(chains[0]!, '"ds"').at(-1)).toBe('DELETE FROM "stg"."a"');
});

/** Without what makes and removes the staging tables. */
function applied(staged: StagedChain): string[] {
  return applyStaged(staged, '"ds"').filter((step) => typeof step === "string" && !step.startsWith("DROP TABLE tmp")) as string[];
}

function chain(
  strategy: StagedChain["strategy"],
  tables: readonly TableSchema[],
  place: StagingPlace = temporaryStaging(dialect),
): StagedChain {
  const staged = tables.map((schema) => ({
    schema,
    target: `"ds"."${schema.name}"`,
    staging: place.nameOf(schema.name),
    hasJobs: schema["isEmpty"] !== true,
  }));
  return { dialect, strategy, place, tables: staged, createdAtMicros: 5 };
}

function table(name: string, columns: readonly ColumnSchema[], parent?: string): TableSchema {
  return { name, columns: Object.fromEntries(columns.map((column) => [column.name, column])), ...(parent === undefined ? {} : { parent }) };
}
