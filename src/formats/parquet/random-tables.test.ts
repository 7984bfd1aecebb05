import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cell } from "../../schema/cell.ts";
import { DuckDbReader, type ReadValue } from "./__fixtures__/duckdb-reader.ts";
import { type TestColumn, type TestRowGroup, writeFileAs } from "./__fixtures__/write-file.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { canPack, compressions } from "./compression.ts";

const micros = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }).map(numberWhenSafe);

const cellsOf: Readonly<Record<string, { readonly type: ParquetColumnType; readonly cell: fc.Arbitrary<Cell> }>> = {
  text: { type: { kind: "text" }, cell: fc.string({ unit: "binary", maxLength: 50 }) },
  json: { type: { kind: "json" }, cell: fc.json({ maxDepth: 2 }) },
  binary: { type: { kind: "binary" }, cell: fc.uint8Array({ maxLength: 40 }) },
  bigint: {
    type: { kind: "bigint" },
    cell: fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger(), fc.integer()),
  },
  double: { type: { kind: "double" }, cell: fc.double() },
  bool: { type: { kind: "bool" }, cell: fc.boolean() },
  timestamp: { type: { kind: "timestamp", utc: true }, cell: micros },
  naive: { type: { kind: "timestamp", utc: false }, cell: micros },
  date: { type: { kind: "date" }, cell: fc.integer({ min: -719_162, max: 2_932_896 }) },
  time: { type: { kind: "time" }, cell: fc.integer({ min: 0, max: 86_399_999_999 }) },
  wei: { type: { kind: "decimal", precision: 38, scale: 0 }, cell: fc.bigInt({ min: 1n - 10n ** 38n, max: 10n ** 38n - 1n }).map(String) },
};

const column = (name: string): fc.Arbitrary<TestColumn> => {
  const { type, cell } = cellsOf[name]!;
  return fc.array(fc.option(cell, { nil: undefined, freq: 3 }), { maxLength: 40 }).map((cells) => ({ type, cells }));
};

const rowGroup: fc.Arbitrary<TestRowGroup> = fc
  .subarray(Object.keys(cellsOf), { minLength: 1 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, column(name)]))));

describe("any table", () => {
  let duckdb: DuckDbReader;
  beforeAll(async () => {
    duckdb = await DuckDbReader.open();
  });
  afterAll(() => duckdb.close());

  const formats = fc.record({
    compression: fc.constantFrom(...compressions.filter(canPack)),
    dataPageSize: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
    version: fc.constantFrom("1.0", "2.4", "2.6"),
  });

  it("is read back by DuckDB as it was written, whatever its pages are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowGroup, { minLength: 1, maxLength: 4 }), formats, async (groups, format) => {
        const path = writeFileAs(format, groups);
        const names = [...new Set(groups.flatMap((group) => Object.keys(group)))];
        const read = await duckdb.rows(`SELECT ${names.map((name) => `"${name}"`).join(", ")} FROM '${path}'`);
        expect(read).toEqual(groups.flatMap((group) => rowsOf(group, names)));
      }),
      { numRuns: 150 },
    );
  });
});

function rowsOf(group: TestRowGroup, names: readonly string[]): ReadValue[][] {
  const rowCount = Math.max(...Object.values(group).map(({ cells }) => cells.length));
  return Array.from({ length: rowCount }, (_, row) => names.map((name) => readAs(name, group[name]?.cells[row])));
}

function readAs(name: string, cell: Cell | undefined): ReadValue {
  if (cell === undefined) return null;
  if (cell instanceof Uint8Array) return [...cell];
  if (name === "wei") return BigInt(cell as string);
  return typeof cell === "number" && name !== "double" ? BigInt(cell) : cell;
}

function numberWhenSafe(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
