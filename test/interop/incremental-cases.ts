import { Decimal, type IncrementalOptions, PlainDate, PlainDateTime, Timestamp } from "../../src/index.ts";
import type { Case, ResourceRows } from "./plan.ts";

type Others = Pick<ResourceRows, "hints" | "isTyped" | "pageSize">;

/** Runs of one resource behind a cursor; each is offered a batch of rows. */
function offered(name: string, incremental: IncrementalOptions, batches: readonly (readonly unknown[])[], others: Others = {}): Case {
  return { name, runs: batches.map((rows) => ({ source: "shared", resources: [{ name: "docs", rows, incremental, ...others }] })) };
}

const row = (id: number, at: unknown): object => ({ id, at, tags: ["x"] });
const rows = (...pairs: readonly (readonly [id: number, at: unknown])[]): readonly object[] => pairs.map(([id, at]) => row(id, at));

/** Each batch repeats what lies at the border, and brings some of before. */
const numbers = [rows([1, 1], [2, 3], [3, 3]), rows([3, 3], [4, 3], [5, 2], [6, 4]), rows([6, 4], [7, 0], [8, 5]), rows([8, 5], [9, 5])];
const keyed = { hints: { primaryKey: "id" } } as const;
const merged = { hints: { primaryKey: "id", writeDisposition: "merge" } } as const;

const at = (text: string): Timestamp => Timestamp.from(`2024-01-${text}`);
const instants = [
  rows([1, at("01T00:00:00Z")], [2, at("02T03:04:05.000006Z")]),
  rows([2, at("02T03:04:05.000006Z")], [3, at("02T03:04:05.000005Z")], [4, at("02T03:04:05.000007Z")]),
  rows([5, at("03T00:00:00+02:00")], [6, at("02T22:00:00Z")]),
  rows([6, at("02T22:00:00Z")], [7, at("02T20:30:00Z")], [8, at("04T00:00:00Z")]),
];
const texts = instants.map((batch) =>
  batch.map((one) => ({ ...one, at: ((one as { at: Timestamp }).at as Date).toISOString().replace(/\.\d+/, "") })),
);
const dayTexts = [
  rows([1, "2024-01-05"]),
  rows([2, "2024-01-03"], [3, "2024-01-01"], [4, "2024-01-09"]),
  rows([5, "2024-01-07"], [6, "2024-01-06"]),
];
const days = dayTexts.map((batch) => batch.map((one) => ({ ...one, at: PlainDate.from((one as { at: string }).at) })));
const naive = [
  rows([1, PlainDateTime.from("2024-01-01T00:00:00")]),
  rows([1, PlainDateTime.from("2024-01-01T00:00:00")], [2, PlainDateTime.from("2024-01-01T00:00:00.5")]),
];
const decimals = [rows([1, new Decimal("1.5")]), rows([1, new Decimal("1.5")], [2, new Decimal("2.25")], [3, new Decimal("1.25")])];
const paths = [1, 2].map((run) => [
  { id: run, meta: { times: [run, 9] } },
  { id: run + 10, meta: { times: [run - 1] } },
]);
const missing = [
  [row(1, 1), { id: 2, at: null }, { id: 3 }],
  [row(4, 2), { id: 5, at: null }, row(1, 1)],
];

const typed = { isTyped: true } as const;
/** Runs behind a cursor in all its forms that dlt has, too. */
export const incrementalCases: readonly Case[] = [
  offered("a number and a key, appended", { cursorPath: "at" }, numbers, keyed),
  offered("a number and a key, merged", { cursorPath: "at", initialValue: 1 }, numbers, merged),
  offered("a number and no key: rows at the border count by what they hold", { cursorPath: "at" }, numbers),
  offered("keys of two columns, row by row", { cursorPath: "at", primaryKey: ["id", "at"] }, numbers, { pageSize: 1 }),
  offered("no de-duplication", { cursorPath: "at", primaryKey: [] }, numbers),
  offered("an open start", { cursorPath: "at", rangeStart: "open" }, numbers, keyed),
  offered("the smallest value", { cursorPath: "at", lastValueFunc: "min", initialValue: 4 }, numbers, keyed),
  offered("a range", { cursorPath: "at", initialValue: 1, endValue: 3 }, numbers, keyed),
  offered(
    "a range with its end",
    { cursorPath: "at", initialValue: 1, endValue: 3, rangeEnd: "closed", rangeStart: "open" },
    numbers,
    keyed,
  ),
  offered(
    "a range of which the rows come in order",
    { cursorPath: "at", initialValue: 0, endValue: 3, rowOrder: "asc" },
    numbers.map((batch) => batch.toSorted((a, b) => (a as { at: number }).at - (b as { at: number }).at)),
    { pageSize: 1 },
  ),
  offered(
    "rows from new to old",
    { cursorPath: "at", rowOrder: "desc", rangeStart: "open" },
    numbers.map((batch) => batch.toSorted((a, b) => (b as { at: number }).at - (a as { at: number }).at)),
    { pageSize: 1 },
  ),
  offered("a lag of a number", { cursorPath: "at", lag: 2 }, numbers, merged),
  offered("date-times with microseconds and offsets", { cursorPath: "at" }, instants, typed),
  offered("date-times behind an initial value, with a lag", { cursorPath: "at", initialValue: at("01T00:00:00Z"), lag: 7200 }, instants, {
    ...typed,
    ...merged,
  }),
  offered("date-times without offset", { cursorPath: "at" }, naive, typed),
  offered("texts of date-times", { cursorPath: "at", initialValue: "2024-01-01T00:00:00Z" }, texts),
  offered("texts of date-times with a lag", { cursorPath: "at", lag: 3600 }, texts, merged),
  offered("texts of dates with a lag", { cursorPath: "at", lag: 2 }, dayTexts, merged),
  offered("dates", { cursorPath: "at" }, days, typed),
  offered("dates with a lag", { cursorPath: "at", initialValue: PlainDate.from("2024-01-02"), lag: 2 }, days, { ...typed, ...merged }),
  offered("decimals", { cursorPath: "at" }, decimals, typed),
  offered("a path", { cursorPath: "meta.times[0]" }, paths),
  offered("a path from the root", { cursorPath: "$.meta.times[*]" }, paths),
  offered("rows without a value, taken in", { cursorPath: "at", onCursorValueMissing: "include" }, missing),
  offered("rows without a value, left out", { cursorPath: "at", onCursorValueMissing: "exclude" }, missing),
  offered("rows without a value, refused", { cursorPath: "at" }, missing),
  offered("runs without rows", { cursorPath: "at", initialValue: 1 }, [rows([1, 5]), [], rows([1, 5])]),
];
