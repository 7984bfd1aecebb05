import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeJson, parseJson, parseTyped } from "./json.ts";
import { jsonTextOf } from "./json-bytes.ts";
import { Timestamp } from "./timestamp.ts";

test("bytes hold the document of their text", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = encodeJson(value);
      expect(parseJson(jsonTextOf(Buffer.from(text)))).toEqual(parseJson(text));
    }),
  );
});

test("bytes of typed JSON keep every mark", () => {
  for (let code = 0xf020; code < 0xf030; code++) {
    const text = JSON.stringify([`${String.fromCharCode(code)}1`, "\\\\"]);
    expect(parseJson(jsonTextOf(Buffer.from(text)))).toEqual(JSON.parse(text));
    expect(parseJson(jsonTextOf(Buffer.from(`${text} `.replace("1", "é"))))).toEqual(JSON.parse(text.replace("1", "é")));
  }
});

test("a document whose only characters beyond ASCII are marks becomes a text without any", () => {
  const text = encodeJson({ at: new Timestamp(0), name: "x" }, { typed: true });
  expect(jsonTextOf(Buffer.from(text))).toBe('{"at":"\\uf0271970-01-01T00:00:00+00:00","name":"x"}');
  expect(parseTyped(jsonTextOf(Buffer.from(text)))).toEqual({ at: new Timestamp(0), name: "x" });
});
