import * as arrow from "apache-arrow";
import { expect, test } from "vitest";
import { chunksOf, presenceOf } from "./arrow-chunk.ts";
import { readFields } from "./arrow-type.ts";
import { cellReader } from "./cell-reader.ts";

function cellsOf(vector: arrow.Vector): unknown[] {
  const [field] = readFields([new arrow.Field("c", vector.type as arrow.DataType, true)]);
  return chunksOf(vector, "c").flatMap((chunk) => {
    const [isPresent, read] = [presenceOf(field!.type, chunk), cellReader(field!.type, chunk)];
    return Array.from({ length: chunk.length }, (_, index) => (isPresent?.(index) === false ? null : read(index)));
  });
}

function words(type: arrow.DataType, data: ArrayBufferView): arrow.Vector {
  return arrow.makeVector(arrow.makeData({ type, data } as never));
}

test("integers of 64 bits are numbers where these are exact", () => {
  const given = [0n, -1n, 2n ** 53n - 1n, -(2n ** 53n), 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
  const cells = cellsOf(arrow.makeVector(BigInt64Array.from(given))) as (number | bigint)[];
  expect(cells.map(BigInt)).toEqual(given);
  expect(cells.slice(0, 3)).toEqual([0, -1, Number.MAX_SAFE_INTEGER]);
  expect(cellsOf(arrow.makeVector(BigUint64Array.of(2n ** 64n - 1n)))).toEqual([2n ** 64n - 1n]);
});

test("half floats", () => {
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00, 0xfc00, 0x7e00);
  expect(cellsOf(words(new arrow.Float16(), bits))).toEqual([1, -2, 65504, 2 ** -24, -0, Infinity, -Infinity, NaN]);
});

test("decimals of any width and sign", () => {
  const integers = [0n, -1n, 110n, 2n ** 53n, -(2n ** 64n), 10n ** 38n - 1n, -(10n ** 38n) + 1n];
  const split = (value: bigint, count: number) =>
    Array.from({ length: count }, (_, word) => Number((BigInt.asUintN(32 * count, value) >> BigInt(32 * word)) & 0xffff_ffffn));
  const expected = [
    "0.00",
    "-0.01",
    "1.10",
    "90071992547409.92",
    "-184467440737095516.16",
    `${"9".repeat(36)}.99`,
    `-${"9".repeat(36)}.99`,
  ];
  expect(cellsOf(words(new arrow.Decimal(2, 38, 128), Uint32Array.from(integers.flatMap((value) => split(value, 4)))))).toEqual(expected);
  expect(cellsOf(words(new arrow.Decimal(2, 60, 256), Uint32Array.from(integers.flatMap((value) => split(value, 8)))))).toEqual(expected);
});

test("times of all units are microseconds; a part of one is none", () => {
  const of = (type: arrow.DataType, ...values: bigint[]) => cellsOf(words(type, BigInt64Array.from(values)));
  expect(of(new arrow.TimestampSecond(), 1n, -62_135_596_800n)).toEqual([1_000_000, -62_135_596_800_000_000n]);
  expect(of(new arrow.TimestampMillisecond(), -1n)).toEqual([-1000]);
  expect(of(new arrow.TimestampMicrosecond(), -1n)).toEqual([-1]);
  expect(of(new arrow.TimestampNanosecond(), 1000n, 1n, -1000n, 1_700_000_000_123_456_000n, 1_700_000_000_123_456_001n)).toEqual([
    1,
    undefined,
    -1,
    1_700_000_000_123_456,
    undefined,
  ]);
  expect(of(new arrow.DateMillisecond(), 86_400_000n, -1n)).toEqual([1, -1]);
});

test("texts of any length, and those that begin with a byte order mark", () => {
  const given = ["", "\uFEFFx", "ä", "x".repeat(100), "😀".repeat(20), null];
  expect(cellsOf(arrow.vectorFromArray(given, new arrow.Utf8()))).toEqual(given);
  expect(cellsOf(arrow.vectorFromArray(given, new arrow.LargeUtf8()))).toEqual(given);
  expect(cellsOf(arrow.vectorFromArray(given))).toEqual(given);
});

test("views hold short texts, and point at long ones", () => {
  const long = "a text of more than twelve bytes";
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 5, true);
  bytes.set(Buffer.from("short"), 4);
  view.setInt32(16, long.length, true);
  view.setInt32(28, 2, true);
  const chunk = { length: 2, offset: 0, nullCount: 0, values: bytes, variadicBuffers: [Buffer.from(`..${long}`)] };
  const read = cellReader({ kind: "text-view" }, chunk);
  expect([read(0), read(1)]).toEqual(["short", long]);
});

test("a dictionary may hold null", () => {
  const dictionary = arrow.vectorFromArray(["a", null], new arrow.Utf8());
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8());
  expect(cellsOf(arrow.makeVector(arrow.makeData({ type, data: Int8Array.of(1, 0, 0), dictionary })))).toEqual([null, "a", "a"]);
});
