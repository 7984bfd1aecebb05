import * as arrow from "apache-arrow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainDate } from "../../core/plain-date.ts";
import { PlainDateTime } from "../../core/plain-date-time.ts";
import { Timestamp } from "../../core/timestamp.ts";
import type { ArrowData } from "../../formats/arrow/arrow-data.ts";
import { rangesOf } from "../../formats/arrow/arrow-part.ts";
import type { ResourceDefinition } from "../definition.ts";
import type { Loose } from "../rows.ts";
import { BoundIncremental } from "./bound-incremental.ts";
import type { IncrementalOptions } from "./incremental-options.ts";

interface Row {
  readonly id: number;
  readonly part: string;
  readonly at: number | null;
}

interface Kind {
  /** The cursor value of a row, of a number. */
  value(at: number): unknown;
  vector(at: readonly (number | null)[]): arrow.Vector;
}

function fixed(
  type: arrow.DataType,
  make: (at: number) => bigint | number,
  array: "big" | "small",
): (at: readonly (number | null)[]) => arrow.Vector {
  return (given) => {
    const nullBitmap = new Uint8Array((given.length + 7) >> 3);
    given.forEach((value, index) => {
      if (value !== null) nullBitmap[index >> 3]! |= 1 << (index & 7);
    });
    const values = given.map((at) => make(at ?? 0));
    const data = array === "big" ? BigInt64Array.from(values as bigint[]) : Int32Array.from(values as number[]);
    return arrow.makeVector(arrow.makeData({ type, length: given.length, data, nullBitmap, nullCount: -1 } as never));
  };
}

const micros = (at: number): bigint => BigInt(at) * 1_000_001n;
const kinds: { readonly [name: string]: Kind } = {
  int: { value: (at) => at, vector: (at) => arrow.vectorFromArray([...at], new arrow.Int32()) },
  long: { value: (at) => Number(micros(at)), vector: fixed(new arrow.Int64(), micros, "big") },
  float: {
    value: (at) => at + 0.5,
    vector: (at) =>
      arrow.vectorFromArray(
        at.map((each) => (each === null ? null : each + 0.5)),
        new arrow.Float64(),
      ),
  },
  text: {
    value: (at) => `t${at}`,
    vector: (at) =>
      arrow.vectorFromArray(
        at.map((each) => (each === null ? null : `t${each}`)),
        new arrow.Utf8(),
      ),
  },
  dictionary: {
    value: (at) => `t${at}`,
    vector: (at) =>
      arrow.vectorFromArray(
        at.map((each) => (each === null ? null : `t${each}`)),
        new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
      ),
  },
  zoned: { value: (at) => Timestamp.fromMicros(Number(micros(at))), vector: fixed(new arrow.TimestampMicrosecond("UTC"), micros, "big") },
  naive: {
    value: (at) => PlainDateTime.fromMicros(Number(micros(at))),
    vector: fixed(new arrow.TimestampMicrosecond(null), micros, "big"),
  },
  date: { value: (at) => PlainDate.fromDays(at), vector: fixed(new arrow.DateDay(), (at) => at, "small") },
};

const row = fc.record({ part: fc.constantFrom("a", "b"), at: fc.option(fc.nat({ max: 6 }), { freq: 8 }) });
const runs = fc.array(fc.array(fc.array(row, { maxLength: 8 }), { maxLength: 3 }), { minLength: 1, maxLength: 3 });
const optional = <T>(...values: readonly T[]): fc.Arbitrary<T | undefined> => fc.constantFrom(undefined, ...values);
const settings = fc.record({
  kind: fc.constantFrom(...Object.keys(kinds)),
  lastValueFunc: optional("max", "min"),
  onCursorValueMissing: fc.constantFrom("include", "exclude", "include", "exclude", "raise"),
  rowOrder: optional("asc", "desc"),
  rangeStart: optional("open"),
  rangeEnd: optional("closed"),
  primaryKey: optional<string | readonly string[]>("id", "at", [], ["id", "part"]),
  partitionBy: optional("part"),
  initial: optional(0, 3, 6),
  end: optional(2, 5),
  ids: fc.constantFrom(3, 100),
});

test("columns give the same rows and the same state as rows", () => {
  fc.assert(
    fc.property(settings, runs, ({ kind, initial, end, ids, ...given }, pagesOfRuns) => {
      const { value, vector } = kinds[kind]!;
      const isMin = given.lastValueFunc === "min";
      const hasRange = end !== undefined && initial !== undefined && (isMin ? end < initial : end > initial);
      const options = defined({
        cursorPath: "at",
        ...given,
        initialValue: initial === undefined ? undefined : value(initial),
        endValue: hasRange ? value(end) : undefined,
      }) as unknown as IncrementalOptions;
      const [byRows, byColumns]: readonly [Loose, Loose] = [{}, {}];
      let id = 0;
      for (const pages of pagesOfRuns) {
        const [first, second] = [bind(options, byRows), bind(options, byColumns)];
        for (const page of pages) {
          const numbered = page.map((each): Row => ({ ...each, id: (id += 1) % ids }));
          const rows = numbered.map((each) => ({ ...each, at: each.at === null ? null : value(each.at) }));
          const byRow = attempt(() => first.page(rows).map((each) => rows.indexOf(each as never)));
          const byColumn = attempt(() => indicesOf(second.arrowPage(tableOf(numbered, vector))));
          expect(byColumn).toEqual(byRow);
          if (typeof byRow === "string") return;
          expect([second.lastValue, second.canClose()]).toEqual([first.lastValue, first.canClose()]);
        }
        first.settle();
        second.settle();
        expect(withSets(byColumns)).toEqual(withSets(byRows));
      }
    }),
    { numRuns: 1500 },
  );
});

function bind(incremental: IncrementalOptions, state: Loose): BoundIncremental {
  const definition = { name: "r", incremental, hints: {} } as unknown as ResourceDefinition;
  return new BoundIncremental(definition, { resourceState: () => state, warn: () => {} });
}

/** In two batches. */
function tableOf(rows: readonly Row[], vector: Kind["vector"]): ArrowData {
  const part = (some: readonly Row[]): arrow.Table =>
    new arrow.Table({
      part: arrow.vectorFromArray(some.map((each) => each.part), new arrow.Utf8()), // biome-ignore format: short
      at: vector(some.map(({ at }) => at)),
      id: arrow.vectorFromArray(some.map((each) => each.id), new arrow.Int32()), // biome-ignore format: short
    });
  const half = rows.length >> 1;
  return half === 0 ? part(rows) : part(rows.slice(0, half)).concat(part(rows.slice(half)));
}

function indicesOf(data: ArrowData | undefined): number[] {
  return data === undefined ? [] : rangesOf(data).flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index));
}

function attempt<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

/** The order of hashes says nothing. */
function withSets(value: unknown): unknown {
  if (Array.isArray(value)) return [...value].sort();
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withSets(member)]));
}

function defined(object: Loose): Loose {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
