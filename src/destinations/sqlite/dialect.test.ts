import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readFixture } from "../../../test/fixtures.ts";
import { createTable } from "../../destination-kit/sql/ddl.ts";
import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import { loadsTable, stateTable, versionTable } from "../../schema/system-tables.ts";
import { columnType, sqliteDialect, uniqueSqliteDialect } from "./dialect.ts";
import { storedRows } from "./stored-rows.ts";

interface DdlFixture {
  readonly columns: { readonly [column: string]: Omit<ColumnSchema, "name"> };
  readonly by_destination: {
    readonly sqlite: {
      readonly storage_columns: { readonly [table: string]: string };
      readonly job_files: { readonly [name: string]: { readonly text: string } };
      readonly row: readonly { readonly [column: string]: unknown }[];
    };
  };
}

const fixture = readFixture<DdlFixture>("ddl.json");
const { storage_columns: stored, job_files: jobFiles, row: rows } = fixture.by_destination.sqlite;

/** `c_bigint BIGINT, ` of each line of a CREATE TABLE of SQLAlchemy. */
function columnsIn(sql: string): (readonly [name: string, type: string])[] {
  return [...sql.matchAll(/^\t"?(\w+)"? (.+?),? *$/gm)].map(([, name, type]) => [name!, type!]);
}

describe("columnType", () => {
  const types = new Map(columnsIn(stored["t"] ?? ""));

  // dlt's naming turns a trailing `_` into `x`.
  test.each(Object.entries(fixture.columns).map(([name, column]) => [name, types.get(name.replace(/_$/, "x")), column] as const))(
    "%s is %s, as dlt makes it",
    (name, expected, column) => {
      const stored = expected?.replace(" NOT NULL", "");
      // Else nobody could tell from the table that it has no zone.
      const ours = column["timezone"] === false ? stored?.replace("DATETIME", "TIMESTAMP") : stored;
      expect(columnType({ name, ...column } as ColumnSchema)).toBe(ours);
    },
  );

  test("integers beyond 64 bits are refused", () => {
    expect(() => columnType({ name: "c", data_type: "bigint", precision: 128 })).toThrow(/`c` of 128 bits: its integers have 64/);
  });
});

describe("system tables", () => {
  test.each([versionTable, loadsTable, stateTable])("$name has dlt's columns, in dlt's order", ({ name, columns }) => {
    const ours = Object.values(columns).map((column) => [
      column.name,
      `${columnType(column)}${column.nullable === false ? " NOT NULL" : ""}`,
    ]);
    expect(ours).toEqual(columnsIn(stored[name] ?? "").slice(0, ours.length));
  });
});

describe("statements", () => {
  const columns: ColumnSchema[] = [
    { name: "id", data_type: "bigint", nullable: false },
    { name: 'na"me', data_type: "text" },
    { name: "_dlt_id", data_type: "text", nullable: false, unique: true },
  ];

  test("create a table with the constraints that are asked for", () => {
    expect(createTable(sqliteDialect, '"ds"."t"', columns)).toBe(
      'CREATE TABLE IF NOT EXISTS "ds"."t" (\n  "id" BIGINT NOT NULL,\n  "na""me" TEXT,\n  "_dlt_id" VARCHAR(128) NOT NULL\n)',
    );
    expect(createTable(uniqueSqliteDialect, '"ds"."t"', columns)).toContain('"_dlt_id" VARCHAR(128) UNIQUE NOT NULL');
  });

  test("make no dataset, since that is a file", () => {
    expect(sqliteDialect.createDataset?.('"ds"')).toEqual([]);
  });

  test("find the staged rows of a key by an index", () => {
    expect(sqliteDialect.indexStaging?.({ table: "staging_t", columns: ["a", "b"] })).toEqual([
      'CREATE INDEX IF NOT EXISTS temp."staging_t by a, b" ON "staging_t" ("a", "b")',
    ]);
    expect(sqliteDialect.indexStaging?.({ dataset: '"ds_staging"', table: "t", columns: ["a"] })).toEqual([
      'CREATE INDEX IF NOT EXISTS "ds_staging"."t by a" ON "t" ("a")',
    ]);
  });

  test("insert job files row by row", async () => {
    const jobs = [{ jobId: "j", table: "t", format: "jsonl", path: "/t.jsonl", bytes: 1 }];
    const [statement] = await sqliteDialect.loadJobs('"ds"."t"', table([...columns, { name: "unknown" }]), jobs);
    expect(statement).toMatchObject({ insert: 'INSERT INTO "ds"."t" ("id", "na""me", "_dlt_id") VALUES (?, ?, ?)' });
  });
});

describe("storedRows", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "leat-sqlite-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test("of dlt's job file are what dlt stores, but for decimals with all their digits and JSON without spaces", async () => {
    const [, { text }] = Object.entries(jobFiles).find(([name]) => name.includes("/t."))!;
    const columns = Object.keys(rows[0]!).map((name) => ({ name, ...fixture.columns[name.replace(/x$/, "_")], ...fixture.columns[name] }));
    const [cells] = await read(columns as ColumnSchema[], gzipSync(text), "t.typed-jsonl.gz");
    const ours = Object.fromEntries(columns.map(({ name }, index) => [name, shown(cells?.[index])]));
    expect(ours).toEqual({ ...rows[0], c_json: '{"a":[1]}' });
  });

  test("of jsonl files are the same", async () => {
    const columns: ColumnSchema[] = [
      { name: "at", data_type: "timestamp" },
      { name: "t", data_type: "time" },
      { name: "n", data_type: "decimal" },
      { name: "raw", data_type: "binary" },
      { name: "x", data_type: "double" },
      { name: "j", data_type: "json" },
      { name: "constructor", data_type: "text" },
    ];
    const line =
      '{"at":"2024-01-02T03:04:05+02:00","t":"03:04:05","n":"99999999999999999999.50","raw":"AP8=","x":"Infinity","j":{"a":1.0}}';
    expect(await read(columns, `${line}\n{"j":1.10}\n\n{"j":12345678901234567890}`)).toEqual([
      [
        "2024-01-02 01:04:05.000000",
        "03:04:05.000000",
        Buffer.from("99999999999999999999.5"),
        Buffer.from([0, 255]),
        Infinity,
        '{"a":1.0}',
        null,
      ],
      [null, null, null, null, null, 1.1, null],
      [null, null, null, null, null, Buffer.from("12345678901234567890"), null],
    ]);
  });

  test("come in batches, whatever the file is cut into", async () => {
    const lines = Array.from({ length: 30_000 }, (_, id) => `{"id":${id},"name":"${"é".repeat(id % 50)}"}`);
    const path = join(folder, "t.jsonl");
    writeFileSync(path, `${lines.join("\n")}\n`);
    const batches: (readonly (readonly unknown[])[])[] = [];
    for await (const batch of storedRows([{ name: "id", data_type: "bigint" }], path)) batches.push(batch);
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flat()).toEqual(lines.map((_, id) => [id]));
  });

  test("of a file that is no JSON say the line", async () => {
    await expect(read([{ name: "id", data_type: "bigint" }], '{"id":1}\n{"id":\n')).rejects.toThrow(
      /Line 2 of `.*t\.jsonl` is not valid JSON/,
    );
  });

  async function read(columns: readonly ColumnSchema[], content: string | Buffer, name = "t.jsonl"): Promise<(readonly unknown[])[]> {
    const path = join(folder, name);
    writeFileSync(path, content);
    const all: (readonly unknown[])[] = [];
    for await (const batch of storedRows(columns, path)) all.push(...batch);
    return all;
  }
});

/** As the fixture shows values. */
function shown(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { $bytes: value.toString("base64") };
  if (typeof value === "bigint") return { $int: String(value) };
  if (typeof value !== "number") return value;
  return Number.isInteger(value) ? { $int: String(value) } : { $float: String(value) };
}

function table(columns: readonly ColumnSchema[]): TableSchema {
  return { name: "t", columns: Object.fromEntries(columns.map((column) => [column.name, column])) };
}
