import { describe, expect, test } from "vitest";
import { readFixture } from "../../../test/fixtures.ts";
import { addColumn, createTable, planDdl } from "../../destination-kit/sql/ddl.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../../schema/document.ts";
import { newSchema } from "../../schema/new-schema.ts";
import { loadsTable, versionTable } from "../../schema/system-tables.ts";
import { columnType, duckDbDialect, uniqueDuckDbDialect } from "./dialect.ts";

interface StoredColumn {
  readonly type: string;
  readonly nullable: "YES" | "NO";
}

interface DdlFixture {
  readonly columns: { readonly [column: string]: Omit<ColumnSchema, "name"> };
  readonly by_destination: {
    readonly duckdb: { readonly storage_columns: { readonly [table: string]: { readonly [column: string]: StoredColumn } } };
  };
}

const fixture = readFixture<DdlFixture>("ddl.json");
const stored = fixture.by_destination.duckdb.storage_columns;

describe("columnType", () => {
  // dlt's naming turns a trailing `_` into `x`.
  test.each(Object.entries(fixture.columns).map(([name, column]) => [name, stored["t"]?.[name.replace(/_$/, "x")]?.type, column] as const))(
    "%s is %s, as dlt makes it",
    (name, expected, column) => {
      expect(columnType({ name, ...column } as ColumnSchema)).toBe(expected);
    },
  );

  test.each([
    [{ data_type: "bigint", precision: 65 }, "HUGEINT"],
    [{ data_type: "timestamp", precision: 9, timezone: false }, "TIMESTAMP_NS"],
    [{ data_type: "timestamp", precision: 6, timezone: false }, "TIMESTAMP"],
    [{ data_type: "timestamp", precision: 9 }, "TIMESTAMP WITH TIME ZONE"],
  ] as const)("%j is %s", (column, expected) => {
    expect(columnType({ name: "c", ...column })).toBe(expected);
  });
});

describe("system tables", () => {
  test.each([versionTable, loadsTable])("$name has dlt's columns, in dlt's order", ({ name, columns }) => {
    const ours = Object.values(columns).map((column) => [column.name, columnType(column), column.nullable === false ? "NO" : "YES"]);
    expect(ours).toEqual(Object.entries(stored[name] ?? {}).map(([column, { type, nullable }]) => [column, type, nullable]));
  });
});

describe("statements", () => {
  const columns: ColumnSchema[] = [
    { name: "id", data_type: "bigint", nullable: false },
    { name: 'na"me', data_type: "text" },
    { name: "_dlt_id", data_type: "text", nullable: false, unique: true },
  ];

  test("create a table", () => {
    expect(createTable(duckDbDialect, '"ds"."t"', columns)).toBe(
      `CREATE TABLE IF NOT EXISTS "ds"."t" (
  "id" BIGINT NOT NULL,
  "na""me" VARCHAR,
  "_dlt_id" VARCHAR NOT NULL
)`,
    );
  });

  test("create a table with its unique columns", () => {
    expect(createTable(uniqueDuckDbDialect, '"ds"."t"', columns)).toContain('"_dlt_id" VARCHAR UNIQUE NOT NULL');
  });

  test("add a column without NOT NULL, since old rows have no value", () => {
    const column: ColumnSchema = { name: "age", data_type: "bigint", nullable: false };
    expect(addColumn(duckDbDialect, '"ds"."t"', column)).toBe('ALTER TABLE "ds"."t" ADD COLUMN "age" BIGINT');
  });

  test("empty a table", () => {
    expect(duckDbDialect.emptyTable('"ds"."t"')).toBe('DELETE FROM "ds"."t"');
  });

  test("load parquet files by the names of their columns", async () => {
    const jobs = ["/data/it's/t.1.parquet", "/data/a[1]/t.2.parquet"].map((path) => ({
      jobId: path,
      table: "t",
      format: "parquet",
      path,
      bytes: 1,
    }));
    expect(await duckDbDialect.loadJobs('"ds"."t"', table(columns), jobs)).toEqual([
      `INSERT INTO "ds"."t" BY NAME SELECT * FROM read_parquet(['/data/it''s/t.1.parquet', '/data/a[[]1]/t.2.parquet'], ` +
        "union_by_name = true, hive_partitioning = false)",
    ]);
  });

  test("load jsonl files with the types of the table", async () => {
    const job = { jobId: "j", table: "t", format: "jsonl", path: "/t.jsonl", bytes: 1 };
    const schema = table([{ name: "id", data_type: "bigint" }, { name: "raw", data_type: "binary" }, { name: "unknown" }]);
    expect(await duckDbDialect.loadJobs('"ds"."t"', schema, [job])).toEqual([
      `INSERT INTO "ds"."t" BY NAME SELECT "id", from_base64("raw") AS "raw" FROM ` +
        `read_json(['/t.jsonl'], format = 'newline_delimited', records = true, columns = {"id": 'BIGINT', "raw": 'VARCHAR'})`,
    ]);
  });
});

describe("planDdl", () => {
  const users = table([{ name: "id", data_type: "bigint" }, { name: "Name", data_type: "text" }, { name: "later" }]);

  test("creates what does not exist, and no column without a type", () => {
    expect(ddl({})).toEqual({
      statements: ['CREATE TABLE IF NOT EXISTS "t" (\n  "id" BIGINT,\n  "Name" VARCHAR\n)'],
      update: { t: { columns: { id: { name: "id", data_type: "bigint" }, Name: { name: "Name", data_type: "text" } } } },
    });
  });

  test("adds what is missing, whatever the case of the names that exist", () => {
    expect(ddl({ t: ["NAME", "gone"] })).toEqual({
      statements: ['ALTER TABLE "t" ADD COLUMN "id" BIGINT'],
      update: { t: { columns: { id: { name: "id", data_type: "bigint" } } } },
    });
  });

  test("does nothing when all is there", () => {
    expect(ddl({ t: ["id", "name"] })).toEqual({ statements: [], update: {} });
  });

  function ddl(existing: Record<string, readonly string[]>): unknown {
    const schema: SchemaDocument = { ...newSchema("demo"), tables: { t: users } };
    const request = { dialect: duckDbDialect, schema, tables: ["t", "unknown"], existing: new Map(Object.entries(existing)) };
    return planDdl({ ...request, qualify: (name) => `"${name}"`, caseSensitive: false });
  }
});

function table(columns: readonly ColumnSchema[]): TableSchema {
  return { name: "t", columns: Object.fromEntries(columns.map((column) => [column.name, column])) };
}
