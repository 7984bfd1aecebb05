import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DuckDbReader } from "./__fixtures__/duckdb-reader.ts";
import { newFilePath, writeFile } from "./__fixtures__/write-file.ts";
import type { ColumnSource } from "./column-buffer.ts";
import { ConstantText } from "./constant-text.ts";
import { createColumnBuffer } from "./create-column-buffer.ts";
import { ParquetFileWriter } from "./file-writer.ts";

const text = { kind: "text" } as const;
const bigint = { kind: "bigint" } as const;

describe("ParquetFileWriter", () => {
  let duckdb: DuckDbReader;
  beforeAll(async () => {
    duckdb = await DuckDbReader.open();
  });
  afterAll(() => duckdb.close());

  it("writes beside the path and takes the name when it is closed", () => {
    const file = new ParquetFileWriter(newFilePath());
    const column = createColumnBuffer("id", bigint);
    column.set(0, 1);
    file.writeRowGroup(new Map([["id", column]]), 1);
    expect([existsSync(file.path), existsSync(`${file.path}.tmp`)]).toEqual([false, true]);

    const result = file.close();

    expect([existsSync(file.path), existsSync(`${file.path}.tmp`)]).toEqual([true, false]);
    expect(result).toEqual({ bytes: statSync(file.path).size, rows: 1 });
  });

  it("leaves nothing behind when it is aborted, also twice", () => {
    const file = new ParquetFileWriter(newFilePath());
    file.abort();
    file.abort();
    expect([existsSync(file.path), existsSync(`${file.path}.tmp`)]).toEqual([false, false]);
  });

  it("keeps the file when it is aborted after close", () => {
    const file = new ParquetFileWriter(newFilePath());
    file.writeRowGroup(new Map([["id", createColumnBuffer("id", bigint)]]), 1);
    file.close();
    file.abort();
    expect(existsSync(file.path)).toBe(true);
  });

  it("removes what it wrote when the name cannot be taken", () => {
    const path = newFilePath();
    mkdirSync(path);
    writeFileSync(`${path}/in-the-way`, "");
    const file = new ParquetFileWriter(path);
    file.writeRowGroup(new Map([["id", createColumnBuffer("id", bigint)]]), 1);
    expect(() => file.close()).toThrow("rename");
    expect(existsSync(`${path}.tmp`)).toBe(false);
  });

  it("writes the same bytes for the same rows", () => {
    const table = { a: { type: text, cells: ["x", undefined, "y"] }, b: { type: bigint, cells: [1, 2, 3] } };
    expect(readFileSync(writeFile(table))).toEqual(readFileSync(writeFile(table)));
  });

  it("says who wrote it", async () => {
    const path = writeFile({ a: { type: text, cells: ["x"] } });
    expect(await duckdb.rows(`SELECT created_by, num_rows, num_row_groups FROM parquet_file_metadata('${path}')`)).toEqual([
      ["leat", 1n, 1n],
    ]);
  });

  it("keeps the order of the columns", async () => {
    const cells = [1];
    const path = writeFile(
      { z: { type: bigint, cells }, a: { type: bigint, cells } },
      { m: { type: bigint, cells }, z: { type: bigint, cells } },
    );
    expect(await duckdb.rows(`SELECT name FROM parquet_schema('${path}') OFFSET 1`)).toEqual([["z"], ["a"], ["m"]]);
  });

  it("gives columns that come late or stay away no value in the other row groups", async () => {
    const path = writeFile(
      { id: { type: bigint, cells: [1, 2] }, old: { type: text, cells: ["a"] } },
      { id: { type: bigint, cells: [3] }, late: { type: { kind: "bool" }, cells: [true] } },
      { id: { type: bigint, cells: [4] }, late: { type: { kind: "bool" }, cells: [] }, latest: { type: { kind: "double" }, cells: [0.5] } },
    );
    expect(await duckdb.rows(`SELECT id, old, late, latest FROM '${path}'`)).toEqual([
      [1n, "a", null, null],
      [2n, null, null, null],
      [3n, null, true, null],
      [4n, null, null, 0.5],
    ]);
    expect(await duckdb.rows(`SELECT path_in_schema, stats_null_count FROM parquet_metadata('${path}') WHERE row_group_id = 0`)).toEqual([
      ["id", 0n],
      ["old", 1n],
      ["late", 2n],
      ["latest", 2n],
    ]);
  });

  it("reuses the columns of a row group for the next one", async () => {
    const file = new ParquetFileWriter(newFilePath());
    const columns = new Map([
      ["id", createColumnBuffer("id", bigint)],
      ["flag", createColumnBuffer("flag", { kind: "bool" })],
      ["name", createColumnBuffer("name", text)],
    ]);
    for (let group = 0; group < 3; group++) {
      columns.get("id")?.set(0, group);
      columns.get("flag")?.set(group % 2, group === 0);
      if (group === 1) columns.get("name")?.set(1, "one");
      file.writeRowGroup(columns, 2);
    }
    expect(file.rows).toBe(6);
    file.close();
    expect(await duckdb.rows(`SELECT * FROM '${file.path}'`)).toEqual([
      [0n, true, null],
      [null, null, null],
      [1n, null, null],
      [null, false, "one"],
      [2n, false, null],
      [null, null, null],
    ]);
  });

  it("holds one text for all rows in a few bytes", async () => {
    const file = new ParquetFileWriter(newFilePath());
    const id = createColumnBuffer("id", bigint);
    const loadId = new ConstantText("1795345603.0095441");
    for (const rowCount of [1, 100_000]) {
      for (let row = 0; row < rowCount; row++) id.set(row, row);
      file.writeRowGroup(
        new Map<string, ColumnSource>([
          ["id", id],
          ["_dlt_load_id", loadId],
        ]),
        rowCount,
      );
    }
    expect(file.close().bytes).toBeLessThan(100_001 * 8 + 1000);
    expect(await duckdb.rows(`SELECT _dlt_load_id, count(*), sum(id) FROM '${file.path}' GROUP BY 1`)).toEqual([
      ["1795345603.0095441", 100_001n, (100_000n * 99_999n) / 2n],
    ]);
  });

  it("makes columns known without rows", async () => {
    const path = writeFile({ a: { type: text, cells: [] }, b: { type: { kind: "date" }, cells: [] } });
    expect(await duckdb.rows(`SELECT column_name, column_type FROM (DESCRIBE FROM '${path}')`)).toEqual([
      ["a", "VARCHAR"],
      ["b", "DATE"],
    ]);
    expect(await duckdb.rows(`SELECT count(*) FROM '${path}'`)).toEqual([[0n]]);
  });

  it("takes a column that begins in row 900,000", async () => {
    const column = createColumnBuffer("late", text);
    column.set(900_000, "here");
    const file = new ParquetFileWriter(newFilePath());
    file.writeRowGroup(new Map([["late", column]]), 900_002);
    file.close();
    expect(
      await duckdb.rows(
        `SELECT count(*), count(late), max(late), max(file_row_number) FILTER (late = 'here') FROM read_parquet('${file.path}', file_row_number = true)`,
      ),
    ).toEqual([[900_002n, 1n, "here", 900_000n]]);
  });

  it("refuses to end without a column, as no reader takes such a file", () => {
    const file = new ParquetFileWriter(newFilePath());
    expect(() => file.close()).toThrow("has no column");
    expect(existsSync(`${file.path}.tmp`)).toBe(false);
  });

  it("refuses a column that changes its type within the file", () => {
    const file = new ParquetFileWriter(newFilePath());
    file.writeRowGroup(new Map([["a", createColumnBuffer("a", text)]]), 1);
    expect(() => file.writeRowGroup(new Map([["a", createColumnBuffer("a", bigint)]]), 1)).toThrow("Column `a` changed its type");
    file.abort();
  });

  it("writes a file of 400 columns", async () => {
    const names = Array.from({ length: 400 }, (_, index) => `c${index}`);
    const path = writeFile(
      ...[0, 1].map((group) => Object.fromEntries(names.map((name, index) => [name, { type: bigint, cells: [index + group] }]))),
    );
    expect(await duckdb.rows(`SELECT c0, c14, c15, c399 FROM '${path}'`)).toEqual([
      [0n, 14n, 15n, 399n],
      [1n, 15n, 16n, 400n],
    ]);
  });
});
