import fc from "fast-check";

export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json };
export type Document = { readonly [key: string]: Json };

/** Any JSON under any key. Few keys are shared by many documents, so that types mix at one place and names collide. */
export function randomDocument(): fc.Arbitrary<Document> {
  return anyJson.object as fc.Arbitrary<Document>;
}

const awkwardKeys = [
  "",
  " ",
  "_",
  "__",
  "___",
  "a",
  "A",
  "a ",
  "a_",
  "a__b",
  "a___b",
  "a.b",
  "b",
  "aB",
  "a_b",
  "0",
  "7",
  "_7",
  "value",
  "list",
  "id",
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "select",
  'quo"te',
  "back\\slash",
  "new\nline",
  "null\0byte",
  "Straße",
  "ключ",
  "名前",
  "😀",
  "\ud83d",
  "+1",
  "a/b",
  "a'b",
  "x".repeat(120),
];

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "c", "list", "value") },
  { weight: 3, arbitrary: fc.constantFrom(...awkwardKeys) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
);

// No text that begins with the mark of a typed value (U+F026 and the like): it is one, as in dlt. None that begins with U+FEFF: the driver of DuckDB drops it.
const awkwardTexts = [
  "",
  "0",
  "05",
  "1.50",
  "1e3",
  "true",
  "None",
  "null",
  "NaN",
  "2024-01-02",
  "2024-01-02T03:04:05Z",
  "2024-01-02T03:04:05.123456789+05:30",
  "12:30",
  "{}",
  "[1]",
  '"',
  "\\N",
  "\\.",
  "\0",
  "a\0b",
  "\r\n",
  "\ud83d",
  "a,b;c\td",
  "'; --",
  "x\ufeff",
  "aGVsbG8=",
  "0x10",
];

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.constantFrom(0, 1, -1, 2 ** 53, -(2 ** 53), 1e21, 1.5, 0.1, 5e-324, Number.MAX_VALUE, -0),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(...awkwardTexts),
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
);

const anyJson = fc.letrec<{ any: Json; list: Json; object: Json; chain: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 6, arbitrary: leaf },
    { weight: 2, arbitrary: tie("list") },
    { weight: 2, arbitrary: tie("object") },
    { weight: 1, arbitrary: tie("chain") },
  ),
  list: fc.array(tie("any"), { maxLength: 5 }),
  object: fc.array(fc.tuple(key, tie("any")), { maxLength: 8, size: "max" }).map(objectOf),
  // Deep: lists in lists, or objects in objects.
  chain: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.boolean(), leaf).map(([depth, ofLists, value]) => {
    let nested: Json = value;
    for (let level = 0; level < depth; level++) nested = ofLists ? [nested] : { c: nested };
    return nested;
  }),
}));

/** As `JSON.parse` makes it: `__proto__` is a key like any other, and of two that are the same the later one stays. */
function objectOf(entries: readonly (readonly [string, Json])[]): Document {
  const object = {};
  for (const [name, value] of entries) Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  return object;
}
