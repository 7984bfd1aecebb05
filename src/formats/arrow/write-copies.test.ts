import fc from "fast-check";
import { expect, test } from "vitest";
import type { CellBuffer, JobColumn } from "../job-format.ts";
import { parquetColumnType } from "../parquet/column-type.ts";
import { createColumnBuffer } from "../parquet/create-column-buffer.ts";
import type { ArrowChunk } from "./arrow-chunk.ts";
import type { ArrowType } from "./arrow-type.ts";
import { ArrowCellError, writeColumn } from "./write-arrow.ts";

interface Move {
  readonly type: ArrowType;
  readonly column: JobColumn;
  readonly chunks: readonly ArrowChunk[];
  readonly range: { readonly from: number; readonly to: number; readonly at: number };
  readonly isRequired?: boolean;
}

/** What a column of a Parquet file holds afterwards, by the way that is asked for. */
function moved({ type, column, chunks, range, isRequired = false }: Move, way: "by copies" | "by cells"): string {
  const kept = createColumnBuffer(column.name, parquetColumnType(column));
  const buffer: CellBuffer = way === "by copies" ? kept : { set: (row, cell) => kept.set(row, cell) };
  writeColumn(chunks, { index: 0, field: { name: "c", type, nullable: true }, column, buffer, isRequired }, range);
  const { data, nullCount } = kept.finish(range.at + range.to - range.from);
  return `${nullCount} ${Buffer.concat(data.flatMap(({ pieces }) => pieces)).toString("hex")}`;
}

function textChunk(texts: readonly (Uint8Array | null)[], garbage = ""): ArrowChunk {
  const bytes = texts.map((text) => text ?? Buffer.from(garbage));
  const valueOffsets = Int32Array.from([0, ...bytes].map((_, index) => bytes.slice(0, index).reduce((sum, text) => sum + text.length, 0)));
  return { ...presence(texts), values: Uint8Array.from(Buffer.concat(bytes)), valueOffsets };
}

function presence(values: readonly unknown[]): Pick<ArrowChunk, "length" | "offset" | "nullCount" | "nullBitmap"> {
  const nullBitmap = new Uint8Array((values.length + 7) >> 3);
  values.forEach((value, index) => {
    if (value !== null) nullBitmap[index >> 3]! |= 1 << (index & 7);
  });
  const nullCount = values.filter((value) => value === null).length;
  return { length: values.length, offset: 0, nullCount, nullBitmap: nullCount === 0 ? null : nullBitmap };
}

const text: JobColumn = { name: "c", data_type: "text" };
const bytesOfText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map((value) => Buffer.from(value)),
  fc.constantFrom(Buffer.from("\uFEFFmark"), Buffer.from("é".repeat(30)), Buffer.from([0xff]), Buffer.from([0xc3]), Buffer.from([0xa9])),
);
const ranges = (length: number): fc.Arbitrary<Move["range"]> =>
  fc
    .tuple(fc.nat(length), fc.nat(length), fc.nat(3))
    .map(([one, other, at]) => ({ from: Math.min(one, other), to: Math.max(one, other), at }));

test("texts come as they would one by one, whatever their bytes are", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.option(bytesOfText, { freq: 5 }), { maxLength: 6 }), { maxLength: 4 }), fc.nat(), (parts, seed) => {
      const chunks = parts.map((part) => textChunk(part, "\xff"));
      const length = parts.flat().length;
      const [range] = fc.sample(ranges(length), { numRuns: 1, seed });
      const move: Move = { type: { kind: "text" }, column: text, chunks, range: range! };
      expect(moved(move, "by copies")).toBe(moved(move, "by cells"));
    }),
  );
});

test.each<[string, ArrowType, JobColumn, fc.Arbitrary<bigint | number>, (values: (bigint | number)[]) => ArrayBufferView]>([
  [
    "integers",
    { kind: "integer", bits: 64, isSigned: true },
    { name: "c", data_type: "bigint" },
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    (all) => BigInt64Array.from(all as bigint[]),
  ],
  [
    "unsigned integers",
    { kind: "integer", bits: 64, isSigned: false },
    { name: "c", data_type: "bigint", precision: 128 },
    fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
    (all) => BigUint64Array.from(all as bigint[]),
  ],
  ["doubles", { kind: "float", bits: 64 }, { name: "c", data_type: "double" }, fc.double(), (all) => Float64Array.from(all as number[])],
  [
    "timestamps",
    { kind: "timestamp", unit: "us", hasZone: true },
    { name: "c", data_type: "timestamp" },
    fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }),
    (all) => BigInt64Array.from(all as bigint[]),
  ],
])("%s come as they would one by one", (_, type, column, arbitrary, arrayOf) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(arbitrary, fc.boolean()), { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      fc.nat(),
      (values, mayMiss, seed) => {
        const cells = values.map(([value, isMissing]) => (mayMiss && isMissing ? null : value));
        const chunk = { ...presence(cells), values: arrayOf(values.map(([value]) => value)) } as ArrowChunk;
        const [range] = fc.sample(ranges(cells.length), { numRuns: 1, seed });
        const move: Move = { type, column, chunks: [chunk], range: range! };
        expect(moved(move, "by copies")).toBe(moved(move, "by cells"));
      },
    ),
  );
});

test("an integer that the column is too small for is refused, and so is a missing value where there has to be one", () => {
  const values = BigInt64Array.of(1n, 2n ** 40n);
  const integer: ArrowType = { kind: "integer", bits: 64, isSigned: true };
  const small: JobColumn = { name: "c", data_type: "bigint", precision: 32 };
  const range = { from: 0, to: 2, at: 0 };
  const narrow: Move = { type: integer, column: small, chunks: [{ ...presence([1, 2]), values }], range };
  expect(() => moved(narrow, "by copies")).toThrow(ArrowCellError);
  const chunks = [textChunk([Buffer.from("a"), null])];
  expect(() => moved({ type: { kind: "text" }, column: text, chunks, range, isRequired: true }, "by copies")).toThrow("it has no value");
});
