import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cell } from "../../schema/cell.ts";
import { DuckDbReader, type ReadValue } from "./__fixtures__/duckdb-reader.ts";
import { type TestColumn, writeFile } from "./__fixtures__/write-file.ts";
import type { ParquetColumnType } from "./column-type.ts";

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);
const day = 86_400_000_000;
const digits38 = "99999999999999999999999999999999999999";

interface TypeCase {
  readonly type: ParquetColumnType;
  readonly duckdbType: string;
  readonly cells: readonly Cell[];
  /** What DuckDB reads, when that is not the cell itself. */
  readonly expected?: readonly ReadValue[];
}

const loneHigh = "\ud83d";
const loneLow = "\ude80";

const cases: readonly TypeCase[] = [
  {
    type: { kind: "text" },
    duckdbType: "VARCHAR",
    cells: [
      "",
      "abc",
      "é",
      "проверка",
      "修正",
      "🚀",
      "a\0b",
      "\0",
      "x".repeat(31),
      "x".repeat(32),
      "x".repeat(33),
      `${"x".repeat(31)}é`,
      "€".repeat(5000),
      "y".repeat(100_000),
    ],
  },
  {
    type: { kind: "text" },
    duckdbType: "VARCHAR",
    cells: [loneHigh, loneLow, `a${loneHigh}b`, loneLow + loneHigh, loneHigh.repeat(3000)],
    expected: ["\ufffd", "\ufffd", "a\ufffdb", "\ufffd\ufffd", "\ufffd".repeat(3000)],
  },
  { type: { kind: "json" }, duckdbType: "JSON", cells: ['{"a":[1,2.5,"é"]}', "[]", "null", '"\\u0000"', "5"] },
  {
    type: { kind: "binary" },
    duckdbType: "BLOB",
    cells: [Uint8Array.of(), Uint8Array.of(0, 255, 128), new Uint8Array(1000), Buffer.from("abc").subarray(1)],
    expected: [[], [0, 255, 128], Array(1000).fill(0), [98, 99]],
  },
  {
    type: { kind: "bigint" },
    duckdbType: "BIGINT",
    cells: [
      0,
      -0,
      1,
      -1,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      -(2 ** 32) - 1,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      maxInt64,
      minInt64,
      5n,
    ],
  },
  {
    type: { kind: "double" },
    duckdbType: "DOUBLE",
    cells: [0, -0, 1.5, -1e308, 5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 2 ** 53],
  },
  { type: { kind: "bool" }, duckdbType: "BOOLEAN", cells: [true, false, false, true, true, true, false, true, false, true] },
  {
    type: { kind: "timestamp", utc: true },
    duckdbType: "TIMESTAMP WITH TIME ZONE",
    cells: [0, -1, 1_700_000_000_123_456, -62_135_596_800_000_000n, 253_402_300_799_999_999n],
  },
  {
    type: { kind: "timestamp", utc: false },
    duckdbType: "TIMESTAMP",
    cells: [0, -1, 1_700_000_000_123_456, -62_135_596_800_000_000n, 253_402_300_799_999_999n],
  },
  { type: { kind: "date" }, duckdbType: "DATE", cells: [0, -1, -719_162, 2_932_896] },
  { type: { kind: "time" }, duckdbType: "TIME", cells: [0, 1, day - 1] },
  {
    type: { kind: "decimal", precision: 38, scale: 9 },
    duckdbType: "DECIMAL(38,9)",
    cells: [
      "1.10",
      "-1.10",
      "1E+3",
      "-0.00",
      "0.0000000005",
      "-0.0000000005",
      "99999999999999999999999999999.999999999",
      "-99999999999999999999999999999.999999999",
      "12345678.123456789",
    ],
    expected: [1_100_000_000n, -1_100_000_000n, 10n ** 12n, 0n, 1n, -1n, BigInt(digits38), -BigInt(digits38), 12345678_123456789n],
  },
  {
    type: { kind: "decimal", precision: 38, scale: 0 },
    duckdbType: "DECIMAL(38,0)",
    cells: [digits38, `-${digits38}`, "1000000000000000000", "18446744073709551616", "-18446744073709551616", "-4294967296"],
    expected: [BigInt(digits38), -BigInt(digits38), 10n ** 18n, 2n ** 64n, -(2n ** 64n), -(2n ** 32n)],
  },
  // DuckDB holds decimals of up to 4, 9 and 18 digits in smaller integers than the file does.
  {
    type: { kind: "decimal", precision: 4, scale: 2 },
    duckdbType: "DECIMAL(4,2)",
    cells: ["99.99", "-99.99", "0.1"],
    expected: [9999n, -9999n, 10n],
  },
  {
    type: { kind: "decimal", precision: 9, scale: 9 },
    duckdbType: "DECIMAL(9,9)",
    cells: ["0.999999999", "-0.1"],
    expected: [999_999_999n, -100_000_000n],
  },
  {
    type: { kind: "decimal", precision: 18, scale: 0 },
    duckdbType: "DECIMAL(18,0)",
    cells: ["999999999999999999", "-5"],
    expected: [999_999_999_999_999_999n, -5n],
  },
];

describe("DuckDB", () => {
  let duckdb: DuckDbReader;
  beforeAll(async () => {
    duckdb = await DuckDbReader.open();
    await duckdb.run("SET timezone = 'UTC'");
  });
  afterAll(() => duckdb.close());

  const readColumn = async (path: string): Promise<ReadValue[]> => (await duckdb.rows(`SELECT c FROM read_parquet('${path}')`)).flat();

  describe.each(cases)("reads $duckdbType", ({ type, duckdbType, cells, expected }) => {
    const values = expected ?? cells.map((cell) => readAs(type, cell));

    it("with its type", async () => {
      const path = writeFile({ c: { type, cells } });
      expect(await duckdb.rows(`SELECT column_type FROM (DESCRIBE FROM '${path}')`)).toEqual([[duckdbType]]);
    });

    it("in every row", async () => {
      expect(await readColumn(writeFile({ c: { type, cells } }))).toEqual(values);
    });

    it("in every third row", async () => {
      const sparse = cells.flatMap((cell) => [undefined, cell, undefined]);
      expect(await readColumn(writeFile({ c: { type, cells: sparse } }))).toEqual(values.flatMap((value) => [null, value, null]));
    });

    it("in one row", async () => {
      expect(await readColumn(writeFile({ c: { type, cells: cells.slice(0, 1) } }))).toEqual(values.slice(0, 1));
    });

    it("in no row", async () => {
      expect(await readColumn(writeFile({ c: { type, cells: Array(9).fill(undefined) } }))).toEqual(Array(9).fill(null));
    });

    it("in 8,193 rows of three row groups", async () => {
      const short = cells.flatMap((cell, index) => (typeof cell === "string" && cell.length > 100 ? [] : [index]));
      const cycle = <T>(items: readonly T[]): T[] => Array.from({ length: 8193 }, (_, row) => items[short[row % short.length]!]!);
      const column: TestColumn = { type, cells: cycle(cells) };
      const path = writeFile({ c: column }, { c: { type, cells: [undefined] } }, { c: column });
      const read = cycle(values);
      expect(await readColumn(path)).toEqual([...read, null, ...read]);
    });

    it("into a column of that type", async () => {
      await duckdb.run(`CREATE OR REPLACE TABLE target (other BIGINT, c ${duckdbType})`);
      await duckdb.run(
        `INSERT INTO target BY NAME SELECT * FROM read_parquet(['${writeFile({ c: { type, cells } })}'], union_by_name = true)`,
      );
      expect(await duckdb.rows("SELECT c, other FROM target")).toEqual(values.map((value) => [value, null]));
    });
  });

  it("keeps the sign of a negative zero", async () => {
    const path = writeFile({ c: { type: { kind: "double" }, cells: [-0] } });
    expect(await duckdb.rows(`SELECT c::VARCHAR FROM '${path}'`)).toEqual([["-0.0"]]);
  });

  it("looks into JSON as JSON", async () => {
    const path = writeFile({ c: { type: { kind: "json" }, cells: ['{"a":{"b":[7]}}'] } });
    expect(await duckdb.rows(`SELECT c.a.b[0]::INTEGER FROM '${path}'`)).toEqual([[7]]);
  });

  it("prints the first and last instant of the calendar", async () => {
    const path = writeFile({ c: { type: { kind: "timestamp", utc: true }, cells: [-62_135_596_800_000_000n, 253_402_300_799_999_999n] } });
    expect(await duckdb.rows(`SELECT c::VARCHAR FROM '${path}'`)).toEqual([["0001-01-01 00:00:00+00"], ["9999-12-31 23:59:59.999999+00"]]);
  });

  it("joins files with different columns by name", async () => {
    const first = writeFile({ id: { type: { kind: "bigint" }, cells: [1] }, name: { type: { kind: "text" }, cells: ["a"] } });
    const second = writeFile({ doc: { type: { kind: "json" }, cells: ["[1]"] }, id: { type: { kind: "bigint" }, cells: [2] } });
    await duckdb.run("CREATE OR REPLACE TABLE target (doc JSON, id BIGINT, name VARCHAR, unknown DATE)");
    await duckdb.run(`INSERT INTO target BY NAME SELECT * FROM read_parquet(['${first}', '${second}'], union_by_name = true)`);
    expect(await duckdb.rows("FROM target ORDER BY id")).toEqual([
      [null, 1n, "a", null],
      ["[1]", 2n, null, null],
    ]);
  });

  it("refuses an integer that the narrower column of the table cannot hold", async () => {
    const path = writeFile({ c: { type: { kind: "bigint" }, cells: [300] } });
    await duckdb.run("CREATE OR REPLACE TABLE target (c TINYINT)");
    await expect(duckdb.run(`INSERT INTO target BY NAME SELECT * FROM '${path}'`)).rejects.toThrow("out of range");
  });
});

function readAs(type: ParquetColumnType, cell: Cell): ReadValue {
  if (cell instanceof Uint8Array) return [...cell];
  return typeof cell === "number" && type.kind !== "double" ? BigInt(cell) : cell;
}
