import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readFixture, untag } from "../../test/fixtures.ts";
import { field } from "./field.ts";
import {
  readCount,
  readDuration,
  readFlag,
  readJson,
  readList,
  readNumber,
  readOneOf,
  readText,
  readTimestamp,
  type ValueReader,
} from "./parse-value.ts";

interface Vector {
  readonly type: string;
  readonly text: string;
  readonly value: unknown;
}

const readers: Readonly<Record<string, ValueReader<unknown>>> = {
  int: readCount,
  bool: readFlag,
  float: readNumber,
  str: readText,
  list: readList,
  dict: readJson(z.record(z.string(), z.unknown())),
  datetime: readTimestamp,
};

/** What leat reads on purpose in another way, or not at all. */
const different: Readonly<Record<string, { readonly because: string; readonly reading?: unknown }>> = {
  "list [1,2]": { because: "a list holds texts, as its type says", reading: { value: ["1", "2"] } },
  "Decimal 1.5": { because: "there is no decimal setting: a text keeps all digits" },
  "datetime 2024-01-01": {
    because: "a Date has no zone-less form: without an offset it is UTC",
    reading: { value: new Date("2024-01-01T00:00:00Z") },
  },
  "date 2024-01-01": { because: "there is no date setting: a timestamp reads the same text as its midnight" },
};

describe("texts are read as dlt reads them", () => {
  const vectors = readFixture<{ env_value_parsing: Vector[] }>("config.json").env_value_parsing;
  const isError = (value: unknown) => typeof value === "object" && value !== null && "error" in value;

  it.each(vectors.filter(({ type, text }) => !(`${type} ${text}` in different)))("$type of $text", async ({ type, text, value }) => {
    const reading = await readers[type]!(text);
    if (isError(value)) expect(reading).toEqual({ expected: expect.any(String) });
    else
      expect(reading).toEqual({
        value: value instanceof Object && "$datetime" in value ? new Date(String(value.$datetime)) : untag(value),
      });
  });

  it.each(Object.entries(different))("%s differs: $because", async (name, { reading }) => {
    const [type, text] = name.split(" ");
    expect(vectors).toContainEqual(expect.objectContaining({ type, text }));
    if (reading === undefined) expect(readers[type!]).toBeUndefined();
    else expect(await readers[type!]!(text)).toEqual(reading);
  });
});

describe("a number", () => {
  it.each([
    ["1_000", 1000],
    [" +5 ", 5],
    ["-1.5e3", -1500],
    [".5", 0.5],
    [7, 7],
  ])("reads %j", (found, value) => {
    expect(readNumber(found)).toEqual({ value });
  });

  it.each(["", "1_", "0x10", "inf", "nan", "1 2", "9007199254740993", 2n ** 60n, Number.NaN, true, null, [1]])("refuses %s", (found) => {
    expect(readNumber(found)).toHaveProperty("expected");
  });
});

describe("a count", () => {
  it.each(["-1", "1.0", "1e3", "", "9007199254740993", 1.5, -1, 2n ** 60n, true])("refuses %s", (found) => {
    expect(readCount(found)).toEqual({ expected: "an integer of 0 or more" });
  });
});

describe("a flag", () => {
  it.each([
    ["YES", true],
    ["n", false],
    [true, true],
    [0, false],
  ])("reads %j", (found, value) => {
    expect(readFlag(found)).toEqual({ value });
  });

  it.each([" yes", "", 2, null, []])("refuses %j", (found) => {
    expect(readFlag(found)).toEqual({ expected: "true or false" });
  });
});

describe("a text", () => {
  it("is what a TOML number or flag prints", () => {
    expect([5, 2n ** 60n, true].map(readText)).toEqual([{ value: "5" }, { value: "1152921504606846976" }, { value: "true" }]);
  });

  it("is no list", () => {
    expect(readText(["a"])).toEqual({ expected: "a text" });
  });
});

describe("a timestamp", () => {
  it("keeps microseconds and counts without an offset as UTC", () => {
    expect(readTimestamp("2024-01-02T03:04:05.123456+02:00")).toMatchObject({ value: { microseconds: 456 } });
    expect(readTimestamp("2024-01-02 03:04:05")).toEqual({ value: new Date("2024-01-02T03:04:05Z") });
  });

  it("takes a Date as it is", () => {
    const date = new Date();
    expect(readTimestamp(date)).toEqual({ value: date });
  });

  it.each(["yesterday", "", 5, new Date(Number.NaN)])("refuses %s", (found) => {
    expect(readTimestamp(found)).toHaveProperty("expected");
  });
});

it("a duration needs its unit", () => {
  expect(readDuration("90s")).toEqual({ value: "90s" });
  expect(readDuration("90")).toHaveProperty("expected");
  expect(readDuration(90)).toHaveProperty("expected");
});

it("a choice names what there is to choose", () => {
  expect(readOneOf(["a", "b"])("a")).toEqual({ value: "a" });
  expect(readOneOf(["a", "b"])("A")).toEqual({ expected: "one of `a`, `b`" });
});

describe("a list", () => {
  it("is a TOML list or a JSON list", () => {
    expect(readList(["a", 1, 1.5, 2n ** 60n])).toEqual({ value: ["a", "1", "1.5", "1152921504606846976"] });
    expect(readList('["a"]')).toEqual({ value: ["a"] });
    expect(readList("[]")).toEqual({ value: [] });
  });

  it.each(["[true]", "[[]]", "[null]", '{"a": 1}', "5", "", "[12345678901234567890]"])("refuses %s", (found) => {
    expect(readList(found)).toHaveProperty("expected");
  });
});

describe("json", () => {
  it("says what its schema says", async () => {
    const read = readJson(z.object({ a: z.number("a must be a number") }));
    expect(await read('{"a": 1}')).toEqual({ value: { a: 1 } });
    expect(await read({ a: 1 })).toEqual({ value: { a: 1 } });
    expect(await read('{"a": "x"}')).toEqual({ expected: "a value of its schema (a must be a number)" });
    expect(await read("{a: 1}")).toEqual({ expected: "JSON" });
  });

  it("waits for a schema that is asynchronous", async () => {
    const schema = z.string().refine(async (text) => text !== "bad", "is bad");
    expect(await readJson(schema)('"good"')).toEqual({ value: "good" });
    expect(await readJson(schema)('"bad"')).toEqual({ expected: "a value of its schema (is bad)" });
  });
});

it("a field says its kind, doc and whether it is a secret", () => {
  expect(field.secret("Token.", { example: "abc" })).toMatchObject({ kind: "secret", doc: "Token.", isSecret: true, example: "abc" });
  expect(field.optional(field.count("Pages."))).toMatchObject({ kind: "count", doc: "Pages.", isSecret: false });
  expect(Object.isFrozen(field.text("Host."))).toBe(true);
});
