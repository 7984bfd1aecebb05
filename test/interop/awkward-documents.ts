import * as fc from "fast-check";

/**
 * Left out on purpose, because dlt does not load them, or because leat says otherwise (each is a case of deliberate-differences.ts):
 * keys of separators only, lists under blank keys, names of tables too long for a file, integers and text of integers beyond 64 bits, numbers above them in columns of
 * integers, "NaN" and "Infinity" in columns of doubles, texts that fit no variant column, the character NUL, `_dlt_id` in nested rows, null and
 * lists as items.
 */

/** Keys that collide once they are normalized, that naming changes a lot, or that mean something to dlt or to JavaScript. */
const awkwardKeys = [
  ..."id Id ID _id a.b a__b a__b__c a_b aB A-B __a a__ _ ___ 1 2x 100% -1 +1 * @home |x|".split(" "),
  ..."HTTPServer userIDNumber user_id_number naïveCafé öäüß ﬁ 😀 ١٢٣ 日本語 select order value list table x__v_text".split(" "),
  ..."_dlt_x constructor __proto__x toString a▶b it's a/b a\\b a:b a;b".split(" "),
  ...["  padded ", "new\nline", "tab\tkey", 'quo"ted', "\u0000nul", "veryLongKey".repeat(4)],
];

const awkwardTexts = [
  ...["", " ", "null", "true", "False", "yes", "0", "007", "1.0", "-5", "1e5", "0x1F", "½", "１２", "2024", "1700000000", "12:30:00"],
  ...["2024-01-02", "2024-W01-1", "2024-001", "2024-02-30T00:00:00", "P1D", "it's", 'a "quote"', "a\\b", "line\nbreak", "\r\n", "\t"],
  ...["😀", "é", "e\u0301", "\u2028", "\ufeffbom", "aGVsbG8=", '{"a":1}'],
];

const awkwardNumbers = [
  ...[0, -0, 1, -1, 0.1, 1.5, -2.5, 1e15, 1e16, 123456789012345680, 9007199254740991, -9007199254740991, 4294967296, 1700000000],
  ...[1e-7, 5e-324, 0.00001, 0.30000000000000004, -1.7976931348623157],
  ...[9007199254740993n, -9007199254740993n, 9223372036854775807n, -9223372036854775808n],
];

/** Columns of timestamps: what is no timestamp gets a variant, of which there may be only one of text. */
const timestamps = [
  ...[
    "2024-01-02T03:04:05Z",
    "2024-01-02 03:04:05",
    "2024-01-02T03:04:05.123456+02:00",
    "20240102T030405Z",
    "2024-01-02T03",
    "2024-01-02T03:04",
  ],
  ...[
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "1969-12-31T23:59:59.999999-11:30",
    1700000000,
    1700000000.25,
    0,
    -1,
    1e15,
    true,
  ],
];

/** Texts that look like dlt's marks of typed values, and are none. */
const falseMarks = ["\uf027garbage", "\uf028", "\uf0272024-01-02", "\uf029", "\uf026x"];

const hugeNumbers = [1e21, -1e300, 1.7976931348623157e308, 0.5, 2 ** 70];

const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...awkwardKeys) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }).filter((text) => /[^_\s]/.test(text)) },
);

const scalar = fc.oneof(
  fc.constantFrom(...awkwardTexts),
  fc.constantFrom<number | bigint>(...awkwardNumbers),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.integer(),
  fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
  fc.boolean(),
  fc.constant(null),
);

const nested = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5, depthSize: "small" }, scalar, tie("list"), tie("object")),
  list: fc.oneof(fc.array(tie("value"), { maxLength: 4 }), fc.array(fc.array(tie("value"), { maxLength: 3 }), { maxLength: 3 })),
  object: objectOf(tie("value"), 5),
}));

const special = {
  seenAt: fc.constantFrom(...timestamps),
  "": fc.integer(),
  " ": fc.integer(),
  mark: fc.constantFrom(...falseMarks),
  huge: fc.constantFrom(...hugeNumbers),
  _dlt_id: fc.nat().map((number) => `given-${number}`),
};

/** Documents of one table: any of them may bring a new type, a new key, another shape. Some items are no documents at all. */
const document = fc.oneof(
  { weight: 8, arbitrary: objectOf(nested.value, 8) },
  {
    weight: 4,
    arbitrary: fc.tuple(objectOf(nested.value, 3), fc.record(special, { requiredKeys: [] })).map(([one, other]) => ({ ...one, ...other })),
  },
  { weight: 1, arbitrary: scalar.filter((value) => value !== null) },
);

/** The same documents for the same seed. */
export function awkwardDocuments(seed: number, count: number): readonly unknown[] {
  return fc.sample(document, { seed, numRuns: count });
}

function objectOf(value: fc.Arbitrary<unknown>, maxKeys: number): fc.Arbitrary<Record<string, unknown>> {
  return fc.dictionary(key, value, { maxKeys, noNullPrototype: true });
}
