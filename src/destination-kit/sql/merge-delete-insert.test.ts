import { describe, expect, test } from "vitest";
import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import { createStaging } from "./apply-staged.ts";
import type { SqlDialect } from "./dialect.ts";
import { deleteInsert as stepsOf } from "./merge-delete-insert.ts";
import type { StagedChain } from "./staged-chain.ts";
import { temporaryStaging } from "./staging-place.ts";
import { hasMergeKey } from "./table-keys.ts";

const id: ColumnSchema = { name: "id", data_type: "bigint", nullable: false, primary_key: true };
const day: ColumnSchema = { name: "day", data_type: "date", nullable: false, merge_key: true };
const rowId: ColumnSchema = { name: "_dlt_id", data_type: "text", nullable: false, unique: true, row_key: true };
const parentId: ColumnSchema = { name: "_dlt_parent_id", data_type: "text", nullable: false, parent_key: true };
const rootId: ColumnSchema = { name: "_dlt_root_id", data_type: "text", nullable: false, root_key: true };
const value: ColumnSchema = { name: "value", data_type: "bigint" };
const plainDelete = `DELETE FROM "ds"."items" AS d WHERE EXISTS (SELECT 1 FROM tmp."staging_items" AS s WHERE d."id" = s."id")`;
const firstOfId = duplicates("staging_items", '"id"', "rownum");

test("staging tables are created without constraints, and dropped", () => {
  const merge = merging(table("items", [id, rowId]), table("items__l", [value, rootId], "items"));
  expect(createStaging([merge])).toEqual([
    'CREATE TEMP TABLE tmp."staging_items" (\n  "id" BIGINT,\n  "_dlt_id" TEXT\n)',
    'CREATE TEMP TABLE tmp."staging_items__l" (\n  "value" BIGINT,\n  "_dlt_root_id" TEXT\n)',
  ]);
  expect(merge.tables.flatMap((staged) => merge.place.finish(staged))).toEqual([
    'DROP TABLE tmp."staging_items"',
    'DROP TABLE tmp."staging_items__l"',
  ]);
});

test("a table can be merged by a primary key or a merge key whose column exists", () => {
  expect(hasMergeKey(table("items", [id]))).toBe(true);
  expect(hasMergeKey(table("items", [day]))).toBe(true);
  expect(hasMergeKey(table("items", [rowId, { name: "never_seen", nullable: false, primary_key: true }]))).toBe(false);
});

describe("a root table alone", () => {
  test("by primary key: old rows go, of the new ones the first per key comes", () => {
    expect(deleteInsert(merging(table("items", [id, rowId])))).toEqual([
      plainDelete,
      firstOfId,
      'INSERT INTO "ds"."items" ("id", "_dlt_id") SELECT "id", "_dlt_id" FROM tmp."staging_items"',
    ]);
  });

  test("looks for duplicates before it numbers all rows", () => {
    expect(
      stepsOf(merging(table("items", [id, rowId]), table("items__l", [value, rootId, rowId], "items"))).find(
        (step) => typeof step !== "string",
      ),
    ).toEqual({
      when:
        'SELECT 1 WHERE EXISTS (SELECT 1 FROM tmp."staging_items" GROUP BY "id" HAVING count(*) > 1) ' +
        'OR EXISTS (SELECT 1 FROM tmp."staging_items__l" GROUP BY "_dlt_id" HAVING count(*) > 1)',
      then: [firstOfId, duplicates("staging_items__l", '"_dlt_id"', "rownum")],
    });
  });

  test("looks between the least and the greatest key only, where that is soon compared", () => {
    const narrow = { ...dialect, comparesFast: (column: ColumnSchema) => column.data_type !== "text" };
    const [byKey, byDay] = stepsOf({ ...merging(table("items", [id, { ...id, name: "part", data_type: "text" }, day])), dialect: narrow });
    const within = (name: string) =>
      ` AND d."${name}" BETWEEN (SELECT min("${name}") FROM tmp."staging_items") AND (SELECT max("${name}") FROM tmp."staging_items")`;
    expect(byKey).toBe(
      `DELETE FROM "ds"."items" AS d WHERE EXISTS (SELECT 1 FROM tmp."staging_items" AS s WHERE d."id" = s."id" AND d."part" = s."part")${within("id")}`,
    );
    expect(byDay).toContain(within("day"));
  });

  test("counts the keys of one column, where two values are soon compared, to see whether one comes twice", () => {
    const fast = { ...dialect, comparesFast: (column: ColumnSchema) => column.data_type !== "text" };
    const searched = (...columns: ColumnSchema[]) =>
      stepsOf({ ...merging(table("items", columns)), dialect: fast }).find((step) => typeof step !== "string");
    const search = (rest: string) => ({ when: `SELECT 1 WHERE EXISTS (SELECT 1 FROM tmp."staging_items" ${rest})` });
    expect(searched(id)).toMatchObject(search('HAVING count(*) > count(DISTINCT "id")'));
    expect(searched({ ...id, data_type: "text" })).toMatchObject(search('GROUP BY "id" HAVING count(*) > 1'));
    expect(searched(id, { ...id, name: "part" })).toMatchObject(search('GROUP BY "id", "part" HAVING count(*) > 1'));
  });

  test("joins the staged rows to delete old ones, where the database plans that better; not where others are nested in them", () => {
    const joining = { ...dialect, deletesByJoin: true };
    const [byKey, byDay] = stepsOf({ ...merging(table("items", [id, day])), dialect: joining });
    expect(byKey).toBe('DELETE FROM "ds"."items" AS d USING tmp."staging_items" AS s WHERE d."id" = s."id"');
    expect(byDay).toBe('DELETE FROM "ds"."items" AS d USING tmp."staging_items" AS s WHERE d."day" = s."day"');
    const nested = merging(table("items", [id, rowId]), table("items__l", [value, rootId, rowId], "items"));
    expect(stepsOf({ ...nested, dialect: joining })).toEqual(stepsOf(nested));
  });

  test("by a primary key of two columns and a merge key: one DELETE for each key", () => {
    const [byPrimaryKey, byMergeKey] = deleteInsert(merging(table("items", [id, { ...id, name: "part" }, day, rowId])));
    expect(byPrimaryKey).toBe(
      `DELETE FROM "ds"."items" AS d WHERE EXISTS (SELECT 1 FROM tmp."staging_items" AS s WHERE d."id" = s."id" AND d."part" = s."part")`,
    );
    expect(byMergeKey).toBe(`DELETE FROM "ds"."items" AS d WHERE EXISTS (SELECT 1 FROM tmp."staging_items" AS s WHERE d."day" = s."day")`);
  });

  test("by merge key alone: all new rows come", () => {
    expect(deleteInsert(merging(table("items", [day])))).toEqual([
      `DELETE FROM "ds"."items" AS d WHERE EXISTS (SELECT 1 FROM tmp."staging_items" AS s WHERE d."day" = s."day")`,
      'INSERT INTO "ds"."items" ("day") SELECT "day" FROM tmp."staging_items"',
    ]);
  });

  test.each(["asc", "desc"] as const)("with dedup_sort %s: of the rows with one key the first in that order wins", (order) => {
    const [, deduplicate] = deleteInsert(merging(table("items", [id, { name: "seq", data_type: "bigint", dedup_sort: order }])));
    expect(deduplicate).toBe(duplicates("staging_items", '"id"', `"seq" ${order.toUpperCase()} NULLS LAST, rownum`));
  });

  test("with rows that are deduplicated already: nobody looks for duplicates", () => {
    const merge = merging({ ...table("items", [id]), "x-stage-data-deduplicated": true });
    expect(deleteInsert(merge)).toEqual([plainDelete, 'INSERT INTO "ds"."items" ("id") SELECT "id" FROM tmp."staging_items"']);
  });

  test.each([
    ["bool", '"gone"'],
    ["timestamp", '"gone" IS NOT NULL'],
  ] as const)("with a hard_delete flag of type %s: a flagged row that wins does not come", (dataType, condition) => {
    const statements = deleteInsert(merging(table("items", [id, { name: "gone", data_type: dataType, hard_delete: true }])));
    expect(statements.slice(0, 3)).toEqual([plainDelete, firstOfId, `DELETE FROM tmp."staging_items" WHERE ${condition}`]);
  });
});

describe("a root table with nested tables", () => {
  const list = table("items__l", [value, rootId, parentId, rowId], "items");
  const deeper = table("items__l__g", [value, rootId, parentId, rowId], "items__l");

  test("finds nested rows by the id of their root row, and empties a table before its parent", () => {
    expect(deleteInsert(merging(table("items", [id, rowId]), list, deeper))).toEqual([
      `CREATE TEMP TABLE tmp."old_rows" AS SELECT d."_dlt_id" FROM "ds"."items" AS d WHERE EXISTS (SELECT 1 FROM tmp."staging_items" AS s WHERE d."id" = s."id")`,
      'DELETE FROM "ds"."items__l__g" WHERE "_dlt_root_id" IN (SELECT "_dlt_id" FROM tmp."old_rows")',
      'DELETE FROM "ds"."items__l" WHERE "_dlt_root_id" IN (SELECT "_dlt_id" FROM tmp."old_rows")',
      'DELETE FROM "ds"."items" WHERE "_dlt_id" IN (SELECT "_dlt_id" FROM tmp."old_rows")',
      'DROP TABLE tmp."old_rows"',
      firstOfId,
      duplicates("staging_items__l", '"_dlt_id"', "rownum"),
      duplicates("staging_items__l__g", '"_dlt_id"', "rownum"),
      'INSERT INTO "ds"."items" ("id", "_dlt_id") SELECT "id", "_dlt_id" FROM tmp."staging_items"',
      `${insertNested("items__l")} WHERE "_dlt_root_id" IN (SELECT "_dlt_id" FROM tmp."staging_items")`,
      `${insertNested("items__l__g")} WHERE "_dlt_root_id" IN (SELECT "_dlt_id" FROM tmp."staging_items")`,
    ]);
  });

  test("that got no rows still loses those of old root rows", () => {
    const statements = deleteInsert(merging(table("items", [id, rowId]), { ...list, isEmpty: true }));
    expect(statements.filter((statement) => statement.includes("items__l"))).toEqual([
      'DELETE FROM "ds"."items__l" WHERE "_dlt_root_id" IN (SELECT "_dlt_id" FROM tmp."old_rows")',
    ]);
  });

  test("takes old rows by both keys, each once", () => {
    const [oldRows] = deleteInsert(merging(table("items", [id, day, rowId]), list));
    expect(oldRows).toBe(
      'CREATE TEMP TABLE tmp."old_rows" AS ' +
        'SELECT d."_dlt_id" FROM "ds"."items" AS d WHERE EXISTS (SELECT 1 FROM tmp."staging_items" AS s WHERE d."id" = s."id") UNION ' +
        'SELECT d."_dlt_id" FROM "ds"."items" AS d WHERE EXISTS (SELECT 1 FROM tmp."staging_items" AS s WHERE d."day" = s."day")',
    );
  });

  test("by merge key alone: all nested rows come, each once", () => {
    expect(deleteInsert(merging(table("items", [day, rowId]), list)).slice(-3)).toEqual([
      duplicates("staging_items__l", '"_dlt_id"', "rownum"),
      'INSERT INTO "ds"."items" ("day", "_dlt_id") SELECT "day", "_dlt_id" FROM tmp."staging_items"',
      insertNested("items__l"),
    ]);
  });

  test("without root ids: finds nested rows by way of their parents", () => {
    const columns = [value, parentId, rowId];
    const merge = merging(table("items", [id, rowId]), table("items__l", columns, "items"), table("items__l__g", columns, "items__l"));
    const statements = deleteInsert(merge);
    expect(statements.slice(1, 3)).toEqual([
      'DELETE FROM "ds"."items__l__g" WHERE "_dlt_parent_id" IN (SELECT "_dlt_id" FROM "ds"."items__l" ' +
        'WHERE "_dlt_parent_id" IN (SELECT "_dlt_id" FROM tmp."old_rows"))',
      'DELETE FROM "ds"."items__l" WHERE "_dlt_parent_id" IN (SELECT "_dlt_id" FROM tmp."old_rows")',
    ]);
    expect(statements.at(-1)).toBe(
      'INSERT INTO "ds"."items__l__g" ("value", "_dlt_parent_id", "_dlt_id") SELECT "value", "_dlt_parent_id", "_dlt_id" ' +
        'FROM tmp."staging_items__l__g" WHERE "_dlt_parent_id" IN (SELECT "_dlt_id" FROM tmp."staging_items__l" ' +
        'WHERE "_dlt_parent_id" IN (SELECT "_dlt_id" FROM tmp."staging_items"))',
    );
  });
});

/** With those that are run when there are duplicates. */
function deleteInsert(chain: StagedChain): string[] {
  return stepsOf(chain).flatMap((step) => (typeof step === "string" ? step : step.then));
}

/** No database's: a merge needs of a dialect only what is here. */
const dialect: SqlDialect = {
  quoteIdentifier: (name) => `"${name}"`,
  columnType: (column) => String(column.data_type).toUpperCase(),
  columnConstraint: () => "UNIQUE",
  emptyTable: (name) => `DELETE FROM ${name}`,
  temporaryTable: (name) => `tmp."${name}"`,
  rowPosition: "rownum",
  timestampLiteral: (_column, { micros }) => `at ${micros}`,
  parameter: () => "?",
  loadJobs: async () => [],
};

function table(name: string, columns: readonly ColumnSchema[], parent?: string): TableSchema {
  return { name, columns: Object.fromEntries(columns.map((column) => [column.name, column])), ...(parent === undefined ? {} : { parent }) };
}

function merging(...tables: readonly TableSchema[]): StagedChain {
  const merged = tables.map((schema) => ({
    schema,
    target: `"ds"."${schema.name}"`,
    staging: dialect.temporaryTable(`staging_${schema.name}`),
    hasJobs: schema["isEmpty"] !== true,
  }));
  return { dialect, strategy: "delete-insert", place: temporaryStaging(dialect), tables: merged, createdAtMicros: 0 };
}

function duplicates(name: string, key: string, order: string): string {
  return (
    `DELETE FROM tmp."${name}" WHERE rownum IN (SELECT position FROM (` +
    `SELECT rownum AS position, ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY ${order}) AS place FROM tmp."${name}") AS ranked WHERE place > 1)`
  );
}

function insertNested(name: string): string {
  const columns = '"value", "_dlt_root_id", "_dlt_parent_id", "_dlt_id"';
  return `INSERT INTO "ds"."${name}" (${columns}) SELECT ${columns} FROM tmp."staging_${name}"`;
}
