import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readFixture } from "../../../test/fixtures.ts";
import type { LoadJob } from "../../destination-kit/index.ts";
import { createTable } from "../../destination-kit/sql/ddl.ts";
import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import { loadsTable, versionTable } from "../../schema/system-tables.ts";
import { columnType, postgresDialect, uniquePostgresDialect } from "./dialect.ts";

interface DdlFixture {
  readonly columns: { readonly [column: string]: Omit<ColumnSchema, "name"> };
  readonly by_destination: {
    readonly postgres: {
      readonly create_table_statements: { readonly [table: string]: readonly [string] };
      readonly job_files: { readonly [name: string]: { readonly text: string } };
    };
  };
}

const { columns, by_destination } = readFixture<DdlFixture>("ddl.json");
const { create_table_statements: statements, job_files: jobFiles } = by_destination.postgres;

describe("columnType", () => {
  // dlt's naming turns a trailing `_` into `x`.
  const cases = Object.entries(columns).map(([name, column]) => [name.replace(/_$/, "x"), column] as const);
  test.each(cases)("%s is as dlt makes it", (name, column) => {
    const definition = uniqueDefinition({ name, ...column } as ColumnSchema);
    expect(definition).toBe(dltDefinitions("t").get(name));
  });

  test.each([
    [{ data_type: "bigint", precision: 65 }, "numeric(20,0)"],
    [{ data_type: "bigint", precision: 128 }, "numeric(39,0)"],
    [{ data_type: "timestamp", precision: 9, timezone: false }, "timestamp without time zone"],
    [{ data_type: "time", precision: 6 }, "time (6) without time zone"],
  ] as const)("%j is %s", (column, expected) => {
    expect(columnType({ name: "c", ...column })).toBe(expected);
  });
});

describe("system tables", () => {
  test.each([versionTable, loadsTable])("$name has dlt's columns, in dlt's order", (table) => {
    const ours = Object.values(table.columns).map((column) => [column.name, uniqueDefinition(column)]);
    expect(ours).toEqual([...dltDefinitions(table.name)]);
  });
});

describe("statements", () => {
  const table: ColumnSchema[] = [
    { name: "id", data_type: "bigint", nullable: false },
    { name: 'na"me', data_type: "text" },
    { name: "_dlt_id", data_type: "text", nullable: false, unique: true },
  ];

  test("create a table with its unique columns, as dlt does", () => {
    expect(createTable(uniquePostgresDialect, '"ds"."t"', table)).toBe(
      `CREATE TABLE IF NOT EXISTS "ds"."t" (
  "id" bigint NOT NULL,
  "na""me" varchar,
  "_dlt_id" varchar UNIQUE NOT NULL
)`,
    );
  });

  test("create a table without constraints where no indexes are wanted", () => {
    expect(createTable(postgresDialect, '"ds"."t"', table)).toContain('"_dlt_id" varchar NOT NULL');
  });

  test("lock a dataset by a number that stays the same", () => {
    expect(postgresDialect.lockDataset?.("shop_data")).toBe("SELECT pg_advisory_xact_lock('-6026094177201394645'::bigint)");
    expect(postgresDialect.lockDataset?.("shop_data2")).not.toBe(postgresDialect.lockDataset?.("shop_data"));
  });

  test("name temporary tables apart, also those of tables whose names have all 63 bytes", () => {
    expect(postgresDialect.temporaryTable("staging_items")).toBe('pg_temp."staging_items"');
    const names = ["é", "a"].map((end) =>
      postgresDialect.temporaryTable(`staging_${"x".repeat(31)}${"é".repeat(10)}${"y".repeat(10)}${end}`),
    );
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63 + 'pg_temp.""'.length);
  });

  test("refuse a name that Postgres would cut off", () => {
    expect(() => postgresDialect.quoteIdentifier("é".repeat(32))).toThrow("longer than 63 bytes");
    expect(postgresDialect.quoteIdentifier("x".repeat(63))).toBe(`"${"x".repeat(63)}"`);
  });

  test("copy a CSV file into the columns that it names", async () => {
    const path = file('id,"na""me"\n1,x\n');
    expect(await postgresDialect.loadJobs('"ds"."t"', schema, [job("csv", path)])).toEqual([
      { copy: `COPY "ds"."t" ("id", "na""me") FROM STDIN WITH (FORMAT csv, HEADER, NULL '', ENCODING 'UTF8')`, path },
    ]);
  });

  test("refuse a CSV file without a header", async () => {
    await expect(postgresDialect.loadJobs('"ds"."t"', schema, [job("csv", file("id"))])).rejects.toThrow("has no header");
  });

  test("run the statement of a file of dlt's", async () => {
    const [, { text } = { text: "" }] = Object.entries(jobFiles).find(([name]) => name.includes("/t.")) ?? [];
    const [statement] = await postgresDialect.loadJobs('"ds"."t"', schema, [job("insert_values", file(text))]);
    expect(statement).toBe(text.replace("{}", '"ds"."t"'));
  });
});

const schema: TableSchema = { name: "t", columns: {} };

function job(format: string, path: string): LoadJob {
  return { jobId: "j", table: "t", format, path, bytes: 1 };
}

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "leat-dialect-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "t.csv"), text);
  return join(folder, "t.csv");
}

/** What stands after the name of a column. */
function uniqueDefinition(column: ColumnSchema): string {
  const [, definition = ""] = /\n {2}"\w+" (.*)\n\)$/.exec(createTable(uniquePostgresDialect, "t", [column])) ?? [];
  return definition;
}

/** The same in dlt's statement. */
function dltDefinitions(table: string): ReadonlyMap<string, string> {
  const lines = (statements[table]?.[0] ?? "").replace(/\)$/, "").split("\n").slice(1);
  return new Map(
    lines.map((line) => {
      const [, name = "", definition = ""] = /^"(\w+)" (.*?),?$/.exec(line) ?? [];
      return [name, definition.replace(/ +/g, " ").trim()];
    }),
  );
}
