import { Decimal, PlainDate, PlainTime, Timestamp } from "../../../src/index.ts";
import type { ColumnHints } from "../../../src/schema/hint-options.ts";
import { docsRuns } from "../plan.ts";
import { type Hints, namedCases, onSqliteOnly, type PipelineCase, typedRuns } from "./pipeline-case.ts";

const micros = Timestamp.from("2024-01-02T03:04:05.123456Z");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

/** Two rows of values of every type, in columns that nobody declared. */
const ofEveryType = [
  {
    id: 1,
    whole: 9007199254740993n,
    ratio: 0.1,
    flag: true,
    text: 'it\'s "quoted", \\ and\nbroken\t😀',
    at: micros,
    day: PlainDate.from("1969-07-20"),
    time: PlainTime.from("23:59:59.999999"),
    amount: new Decimal("12345678901234567890.123456789"),
    bytes: bytes("é\u0001\\"),
    list: [PlainDate.from("2024-02-29"), new Decimal("1.50")],
  },
  {
    id: 2,
    whole: -9223372036854775808n,
    ratio: -1.797693134862315e15,
    flag: false,
    text: "",
    at: Timestamp.from("0001-01-01T00:00:00Z"),
    day: PlainDate.from("9999-12-31"),
    time: PlainTime.from("00:00:00"),
    amount: new Decimal("-0.000000001"),
    bytes: bytes(""),
    list: [],
  },
  { id: 3 },
];

const precisions: { readonly [column: string]: ColumnHints } = {
  tiny: { dataType: "bigint", precision: 8 },
  small: { dataType: "bigint", precision: 16 },
  middle: { dataType: "bigint", precision: 32 },
  large: { dataType: "bigint", precision: 64 },
  label: { dataType: "text", precision: 20 },
  price: { dataType: "decimal", precision: 10, scale: 2 },
  amount: { dataType: "decimal" },
  wide: { dataType: "wei" },
  local: { dataType: "timestamp", timezone: false },
  seconds: { dataType: "timestamp", timezone: false, precision: 0 },
  millis: { dataType: "timestamp", precision: 3 },
  day: { dataType: "date" },
  time: { dataType: "time", precision: 3 },
  bytes: { dataType: "binary" },
  list: { dataType: "json" },
  ratio: { dataType: "double" },
  flag: { dataType: "bool" },
};

const declared = [
  {
    tiny: 127,
    small: -32768,
    middle: 2147483647,
    large: 9223372036854775807n,
    label: "é",
    price: "19.99",
    amount: 5,
    wide: "123456789012345678901234567890",
    local: "2024-01-02T03:04:05.5+02:00",
    seconds: "2024-01-02T03:04:05Z",
    millis: "2024-01-02T03:04:05.123Z",
    day: "2024-02-29",
    time: "12:30:00.5",
    bytes: "aGVsbG8=",
    list: [1, { b: 2.5, c: "é" }, null],
    ratio: 3,
    flag: "yes",
  },
  { label: "second", flag: null },
];

/** Rows merged by keys of one type after another: the same key must be found again. */
const keyed = (key: (n: number) => unknown) => {
  const hints: Hints = { writeDisposition: "merge", primaryKey: "key" };
  const row = (n: number, v: string) => ({ key: key(n), v, list: [{ v }] });
  return typedRuns(hints, [row(1, "a"), row(2, "b")], [row(2, "B"), row(3, "c")]);
};

/** Values of each type, as they come and as they are declared, and as keys. */
export const typeCases: readonly PipelineCase[] = namedCases({
  values_of_every_type: { differs: onSqliteOnly, runs: typedRuns({}, ofEveryType, ofEveryType) },
  values_of_every_type_in_nested_tables: { differs: onSqliteOnly, runs: typedRuns({}, [{ rows: ofEveryType }]) },
  values_of_every_type_that_are_merged: {
    differs: onSqliteOnly,
    runs: typedRuns({ writeDisposition: "merge", primaryKey: "id" }, ofEveryType, ofEveryType.slice(1)),
  },
  columns_of_every_type_and_precision: { differs: onSqliteOnly, runs: docsRuns({ columns: precisions }, declared) },
  columns_of_every_type_and_precision_that_are_merged: {
    differs: onSqliteOnly,
    runs: docsRuns({ writeDisposition: "merge", primaryKey: "label", columns: precisions }, declared, declared.slice(0, 1)),
  },
  merged_by_a_key_of_large_integers: keyed((n) => 9007199254740990n + BigInt(n)),
  merged_by_a_key_of_decimals: keyed((n) => new Decimal(`${n}.100000001`)),
  merged_by_a_key_of_timestamps: keyed((n) => Timestamp.from(`2024-01-02T03:04:05.12345${n}Z`)),
  merged_by_a_key_of_dates: keyed((n) => PlainDate.from(`2024-01-0${n}`)),
  merged_by_a_key_of_texts: keyed((n) => `it's \\ "${n}" é`),
  merged_by_a_key_of_bytes: keyed((n) => new Uint8Array([0, 255, n])),
  merged_by_a_key_of_booleans: keyed((n) => n === 2),
});
