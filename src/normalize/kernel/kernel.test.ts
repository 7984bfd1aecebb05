import { describe, expect, test } from "vitest";
import { dataTypes } from "../../schema/data-type.ts";
import { newSchema } from "../../schema/new-schema.ts";
import { mergeTable } from "../../schema/update.ts";
import { type Case, outcome, spellings } from "./__fixtures__/outcome.ts";
import { shredCounts } from "./shred-unit.ts";

const bare = mergeTable(newSchema("shop"), { name: "one", columns: {} });

function caseOf(lines: Case["units"][number]["lines"], schema = bare): Case {
  return { units: [{ table: "one", lines }], schema };
}

/** The kernel's outcome, which is that of the reference. */
async function equalOutcome(one: Case, chunkBytes = 300): Promise<unknown> {
  const expected = await outcome(one, {});
  expect(await outcome(one, { chunkBytes })).toEqual(expected);
  return expected;
}

describe.each(dataTypes)("into a column of type %s", (type) => {
  // All of them with LEAT_TEST_FULL=1, which takes a minute.
  test("values come as the reference makes them", async () => {
    const schema = mergeTable(bare, { name: "one", columns: { a: { name: "a", data_type: type } } });
    // Its columns are there from the second row on.
    const sample = spellings.filter((_, at) => process.env["LEAT_TEST_FULL"] === "1" || at % 11 === dataTypes.indexOf(type));
    for (const spelling of sample) await equalOutcome(caseOf([Array.from({ length: 3 }, () => `{"a":${spelling}}`)], schema));
  });
});

test("usual rows are the kernel's but for the first", async () => {
  const before = { ...shredCounts };
  const rows = Array.from(
    { length: 50 },
    (_, i) => `{"id":${i},"text":"x${i}","at":"2024-01-02T03:04:05Z","o":{"x":1.5,"y":true},"l":[{"n":${i}},{"n":1}],"v":["a"]}`,
  );
  await equalOutcome(caseOf([rows]));
  expect(shredCounts.rows - before.rows).toBe(50);
  expect(shredCounts.referenceRows - before.referenceRows).toBe(1);
});

test("files whose rows are all different are left to the reference", async () => {
  const before = { ...shredCounts };
  await equalOutcome(caseOf([Array.from({ length: 600 }, (_, i) => `{"id":${i},"key_${i}":1}`)]));
  expect(shredCounts.referenceRows - before.referenceRows).toBe(256);
});

test.each([
  ["a line that is longer than a piece", [[`{"a":"${"é".repeat(2000)}"}`, `{"a":"${"x".repeat(3000)}"}`, '{"a":"y"}'], ['{"a":"z"}']]],
  ["a key that is longer than others", [[`{"${"k".repeat(300)}":1}`, `{"${"k".repeat(300)}":2}`, `{"${"k".repeat(299)}":3}`]]],
  ["objects that are nested deeply", [Array.from({ length: 3 }, () => `${'{"a":'.repeat(250)}1${"}".repeat(250)}`)]],
  ["lists that are nested deeply", [Array.from({ length: 3 }, () => `{"a":${"[".repeat(250)}1${"]".repeat(250)}}`)]],
  ["a file without a line feed at its end", ['[{"a":1},{"a":2}]\n\n[{"a":3}]']],
  ["empty lines and lists", ["\n[]\n", [], ['{"a":1}', "null", '{"a":2}'], "[ ]\n\n"]],
  [
    "many keys of one place",
    [Array.from({ length: 30 }, (_, i) => `{${Array.from({ length: 100 }, (_, k) => `"k${(i % 25) * 100 + k}":1`).join(",")}}`)],
  ],
  ["a text that looks like a number in a column of numbers", [['{"a":1}', '{"a":"2"}', '{"a":"x"}', '{"a":"y"}', '{"a":3}']]],
  [
    "a column that a key is spelled for and that takes variants",
    [['{"a":1.5,"a__v_text":"x"}', '{"a":"y"}', '{"a":"y","b":1}', '{"a__v_text":"z"}']],
  ],
])("%s", async (_, lines) => {
  expect(await equalOutcome(caseOf(lines as Case["units"][number]["lines"]))).toMatchObject({ files: expect.any(Array) });
});

test.each([
  '[{"a":1},{"a":}]\n',
  '[{"a":1}}]\n',
  '[{"a":1} {"a":2}]\n',
  '{"a":1}\n',
  '[{"a":01}]\n',
  '[{"a":"\t"}]\n',
  '[{"a":1},]\n',
  '[{"a":nul}]\n',
  '[{"a":"\\x"}]\n',
  '[{"a":1}',
  "[1",
  '[{"a":"',
  '[{"a":tru}]\n',
  "\uFEFF[]\n",
  '[{"a":1}] 2\n',
  " \n",
])("%j is refused with its line", async (line) => {
  const rows = ['{"a":1,"b":"x"}', '{"a":2,"b":"y"}'];
  expect(await equalOutcome(caseOf([rows, rows, line, rows]))).toMatch(/Line 3 of /);
});

test("bytes that are not UTF-8 are refused with their line", async () => {
  const one = caseOf([['{"a":"x"}', '{"a":"y"}'], ['{"a":"z"}'], '[{"a":"\u0080"}]\n']);
  expect(await equalOutcome({ ...one, encoding: "latin1" })).toMatch(/Line 3 of .* is not UTF-8/);
});
