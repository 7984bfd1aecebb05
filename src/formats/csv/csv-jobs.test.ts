import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cell } from "../../schema/cell.ts";
import type { DataType } from "../../schema/data-type.ts";
import type { CellBuffer, JobColumn, JobFileSize } from "../job-format.ts";
import { DuckDbReader, type ReadValue } from "../parquet/__fixtures__/duckdb-reader.ts";
import { csvJobs } from "./csv-jobs.ts";
import { readCsvHeader } from "./read-header.ts";

const numbers = { decimalPrecision: [38, 9], weiPrecision: [76, 0] } as const;
const folder = mkdtempSync(join(tmpdir(), "leat-csv-"));
let fileCount = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const newPath = (): string => join(folder, `${String(fileCount++).padStart(4, "0")}.csv`);

type Row = Readonly<Record<string, Cell | undefined>>;

/** Writes the rows of each flush and answers with the files. Columns are made when a row first has them. */
function write(types: Readonly<Record<string, DataType | JobColumn>>, ...flushes: readonly (readonly Row[])[]): readonly JobFileSize[] {
  const table = csvJobs(numbers).createTable();
  const columns = new Map<string, CellBuffer>();
  const columnOf = (name: string): CellBuffer => {
    const type = types[name]!;
    const known = columns.get(name) ?? table.addColumn(typeof type === "string" ? { name, data_type: type } : type);
    columns.set(name, known);
    return known;
  };
  table.begin(newPath);
  for (const rows of flushes) {
    rows.forEach((row, index) => {
      for (const [name, cell] of Object.entries(row)) if (cell !== undefined) columnOf(name).set(index, cell);
    });
    table.flush(rows.length);
  }
  return table.end();
}

const textOf = (files: readonly JobFileSize[]): string[] => files.map((file) => readFileSync(file.path, "utf8"));

const only = (type: DataType | JobColumn, cell: Cell): string =>
  textOf(write({ value: type }, [{ value: cell }]))[0]!.slice("value\n".length, -1);

describe("a field", () => {
  it.each<[DataType, Cell, string]>([
    ["text", "plain text", "plain text"],
    ["text", "", '""'],
    ["text", 'says "no"', '"says ""no"""'],
    ["text", "one, two", '"one, two"'],
    ["text", "two\nlines", '"two\nlines"'],
    ["text", "carriage\rreturn", '"carriage\rreturn"'],
    ["text", "\\.", '"\\."'],
    ["text", "\\. and more", "\\. and more"],
    ["text", "Grüße 🧪", "Grüße 🧪"],
    ["text", "half a pair \ud800", "half a pair \ufffd"],
    ["text", `${"long ".repeat(20)},`, `"${"long ".repeat(20)},"`],
    ["text", "N\0U\0L", "NUL"],
    ["text", "\0", '""'],
    ["text", 'a\0"b', '"a""b"'],
    ["json", '{"a":[1,"b"]}', '"{""a"":[1,""b""]}"'],
    ["json", String.raw`"a\u0000b"`, '"""ab"""'],
    ["json", String.raw`"\\u0000"`, String.raw`"""\\u0000"""`],
    ["json", String.raw`"\\\u0000"`, String.raw`"""\\"""`],
    ["json", String.raw`"\ud83e\uddea \ud83e \uddea \u00e9\n"`, String.raw`"""\ud83e\uddea \ufffd \ufffd \u00e9\n"""`],
    ["bigint", 0, "0"],
    ["bigint", -42, "-42"],
    ["bigint", 999_999_999, "999999999"],
    ["bigint", -1_000_000_000, "-1000000000"],
    ["bigint", -9_007_199_254_740_991, "-9007199254740991"],
    ["bigint", -(2n ** 53n) - 1n, "-9007199254740993"],
    ["bigint", 2n ** 63n - 1n, "9223372036854775807"],
    ["double", 0.1, "0.1"],
    ["double", 1e300, "1e+300"],
    ["double", 5e-324, "5e-324"],
    ["double", -0, "-0"],
    ["double", Number.NaN, "NaN"],
    ["double", Number.NEGATIVE_INFINITY, "-Infinity"],
    ["bool", true, "true"],
    ["bool", false, "false"],
    ["timestamp", 1_700_000_000_000_001, "2023-11-14T22:13:20.000001+00:00"],
    ["timestamp", -62_135_596_800_000_000n, "0001-01-01T00:00:00+00:00"],
    ["date", 19_000, "2022-01-08"],
    ["time", 3_723_000_004, "01:02:03.000004"],
    ["decimal", "1.10", "1.10"],
    ["decimal", "1E+3", "1000"],
    ["decimal", "-1.5E-7", "-0.00000015"],
    ["decimal", "0.0000000005", "0.000000001"],
    ["wei", "9".repeat(76), "9".repeat(76)],
    ["binary", new Uint8Array([0, 255, 16]), "\\x00ff10"],
    ["binary", new Uint8Array(), "\\x"],
  ])("of type %s: %s is written as %s", (type, cell, expected) => {
    expect(only(type, cell)).toBe(expected);
  });

  it("of a wall clock has no offset", () => {
    expect(only({ name: "value", data_type: "timestamp", timezone: false }, 0)).toBe("1970-01-01T00:00:00");
  });

  it("has as many digits as its column", () => {
    const column = (precision: number, scale: number): JobColumn => ({ name: "value", data_type: "decimal", precision, scale });
    expect(only(column(4, 2), "12.345")).toBe("12.35");
    expect(only(column(3, 3), "0.5")).toBe("0.5");
    expect(() => only(column(4, 2), "123.4")).toThrow("the number needs more digits than decimal(4, 2) has");
    expect(() => only(column(4, 2), "99.995")).toThrow("the number needs more digits than decimal(4, 2) has");
  });

  it.each<[DataType, Cell, string]>([
    ["bigint", 2n ** 63n, "the integer needs more than 64 bits"],
    ["bigint", 2 ** 53, "the value is not an exact integer"],
    ["bigint", "1", "the value is not an integer"],
    ["timestamp", 253_402_300_800_000_000n, "the timestamp lies outside of the years 1 to 9999"],
    ["timestamp", -62_135_596_800_000_001n, "the timestamp lies outside of the years 1 to 9999"],
    ["date", 2_932_897, "the date lies outside of the years 1 to 9999"],
    ["time", 86_400_000_000, "the value is not a time of day"],
    ["decimal", "NaN", "the value is not a finite decimal number"],
    ["decimal", "1E+999999999", "the number needs more digits than decimal(38, 9) has"],
    ["text", 1, "the value is not a text"],
  ])("of type %s refuses %s", (type, cell, reason) => {
    expect(() => only(type, cell)).toThrow(`Column \`value\`: ${reason}.`);
  });
});

describe("the files of a table", () => {
  it("tell no value from an empty text", () => {
    expect(textOf(write({ a: "text", b: "text" }, [{ a: "", b: "x" }, { b: "" }, { a: "y" }]))).toEqual(['a,b\n"",x\n,""\ny,\n']);
  });

  it("quote the names of columns where they need it", () => {
    const files = write({ 'a "b", c': "bigint", "d\ne": "bigint" }, [{ 'a "b", c': 1, "d\ne": 2 }]);
    expect(textOf(files)).toEqual(['"a ""b"", c","d\ne"\n1,2\n']);
    expect(readCsvHeader(files[0]!.path)).toEqual(['a "b", c', "d\ne"]);
  });

  it("go on in one file while no new column comes", () => {
    const files = write({ a: "bigint", b: "bigint" }, [{ a: 1, b: 2 }], [{ b: 3 }], [{ a: 4 }]);
    expect(textOf(files)).toEqual(["a,b\n1,2\n,3\n4,\n"]);
    expect(files.map(({ path, bytes, rows }) => [basename(path), bytes, rows])).toEqual([[expect.stringMatching(/^\d{4}\.csv$/), 14, 3]]);
  });

  it("begin anew with a column that comes after the first flush, and keep the columns of before", () => {
    const files = write({ a: "bigint", b: "bigint" }, [{ a: 1 }, { a: 2 }], [{ a: 3 }, { b: 4 }], [{ a: 5 }]);
    expect(textOf(files)).toEqual(["a\n1\n2\n", "a,b\n3,\n,4\n5,\n"]);
    expect(files.map(({ rows }) => rows)).toEqual([2, 3]);
  });

  it("show the columns of a table without rows", () => {
    const table = csvJobs(numbers).createTable();
    table.addColumn({ name: "a", data_type: "text" });
    table.addColumn({ name: "b", data_type: "text" });
    table.begin(newPath);
    const files = table.end();
    expect(textOf(files)).toEqual(["a,b\n"]);
    expect(files[0]!.rows).toBe(0);
  });

  it("of the next round have the columns of its rows only", () => {
    const table = csvJobs(numbers).createTable();
    const [a, b] = ["a", "b"].map((name) => table.addColumn({ name, data_type: "bigint" })) as [CellBuffer, CellBuffer];
    table.begin(newPath);
    a.set(0, 1);
    table.flush(1);
    const first = table.end();
    table.begin(newPath);
    b.set(0, 2);
    table.flush(1);
    expect(textOf([...first, ...table.end()])).toEqual(["a\n1\n", "b\n2\n"]);
  });

  it("have their names only when they are whole, and leave nothing behind when they are given up", () => {
    const table = csvJobs(numbers).createTable();
    const column = table.addColumn({ name: "a", data_type: "bigint" });
    const path = newPath();
    table.begin(() => path);
    column.set(0, 1);
    table.flush(1);
    const namesOf = (): string[] => readdirSync(folder).filter((name) => name.startsWith(basename(path)));
    expect(namesOf()).toEqual([`${basename(path)}.tmp`]);
    table.abort();
    expect(namesOf()).toEqual([]);
    expect(table.isOpen).toBe(false);
  });

  it("count a refused cell as none", () => {
    const table = csvJobs(numbers).createTable();
    const column = table.addColumn({ name: "a", data_type: "bigint" });
    table.begin(newPath);
    expect(() => column.set(0, 2n ** 64n)).toThrow("the integer needs more than 64 bits");
    expect(table.bufferedBytes).toBe(0);
    column.set(1, 7);
    table.flush(2);
    expect(textOf(table.end())).toEqual(["a\n\n7\n"]);
  });
});

describe("any table", () => {
  let duckdb: DuckDbReader;
  beforeAll(async () => {
    duckdb = await DuckDbReader.open();
  });
  afterAll(() => duckdb.close());

  const micros = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n });
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "\\", ".", "a", " ", "ü", "🧪"), maxLength: 60 }),
    fc.string({ unit: "binary", maxLength: 50 }).filter((value) => !value.includes("\0")),
  );
  const cells: Readonly<Record<string, fc.Arbitrary<Cell>>> = {
    text,
    json: fc.json({ maxDepth: 2 }),
    bigint: fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer()),
    double: fc.double(),
    bool: fc.boolean(),
    timestamp: micros,
    date: fc.integer({ min: -719_162, max: 2_932_896 }),
    time: fc.integer({ min: 0, max: 86_399_999_999 }),
    decimal: fc
      .tuple(fc.bigInt({ min: 1n - 10n ** 20n, max: 10n ** 20n - 1n }), fc.integer({ min: -9, max: 9 }))
      .map(([digits, exponent]) => `${digits}E${exponent}`),
    binary: fc.uint8Array({ maxLength: 40 }),
  };
  const types = Object.fromEntries(Object.keys(cells).map((name) => [name, name as DataType]));
  // A first column with a value in every row: a line without anything is no row to DuckDB.
  const row = fc.record({
    n: fc.integer(),
    ...Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, fc.option(cell, { nil: undefined, freq: 3 })])),
  }) as fc.Arbitrary<Row>;

  it("is read back by DuckDB as it was written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(row, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }), async (flushes) => {
        const files = write({ n: "bigint", ...types }, ...flushes);
        const names = ["n", ...Object.keys(cells)];
        const read = (await Promise.all(files.map(({ path }) => readFile(path, names)))).flat();
        expect(read).toEqual(flushes.flat().map((cellsOfRow) => names.map((name) => readAs(name, cellsOfRow[name]))));
        expect(files.map(({ rows }) => rows).reduce((sum, rows) => sum + rows, 0)).toBe(flushes.flat().length);
      }),
      { numRuns: 120 },
    );
  });

  async function readFile(path: string, names: readonly string[]): Promise<ReadValue[][]> {
    const header = readCsvHeader(path)!;
    const source = `read_csv('${path}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\n', auto_detect = false, columns = {${header.map((name) => `"${name}": 'VARCHAR'`).join(", ")}})`;
    return duckdb.rows(`SELECT ${names.map((name) => (header.includes(name) ? typed(name) : "NULL")).join(", ")} FROM ${source}`);
  }
});

function typed(name: string): string {
  if (name === "text" || name === "json") return `"${name}"`;
  if (name === "binary") return 'from_hex(substr("binary", 3))';
  const type = { n: "BIGINT", timestamp: "TIMESTAMPTZ", decimal: "DECIMAL(38,9)", bool: "BOOLEAN" }[name] ?? name.toUpperCase();
  return `CAST("${name}" AS ${type})`;
}

function readAs(name: string, cell: Cell | undefined): ReadValue {
  if (cell === undefined) return null;
  if (cell instanceof Uint8Array) return [...cell];
  if (name === "decimal") return scaledOf(cell as string);
  if (name === "double") return Object.is(cell, -0) ? -0 : (cell as number);
  if (name === "text") return Buffer.from(cell as string).toString();
  return typeof cell === "number" ? BigInt(cell) : cell;
}

/** In units of 10 ** -9, halves rounded away from zero. */
function scaledOf(text: string): bigint {
  const [digits, exponent] = text.split("E") as [string, string];
  const shift = 9 + Number(exponent);
  return BigInt(digits) * 10n ** BigInt(shift);
}
