import { expect, test } from "vitest";
import { wellFormedJson } from "./well-formed-json.ts";

test.each([
  [
    ["\ud83d", "\udc00x"],
    ["\ufffd", "\ufffdx"],
  ],
  [
    ["\\ud83d", "\\\\ud83d"],
    ["\\ud83d", "\\\\ud83d"],
  ],
  [["\\\ud83d"], ["\\\ufffd"]],
  [
    ["😀", "\ufffd", "\ud7ff", "\ue000"],
    ["😀", "\ufffd", "\ud7ff", "\ue000"],
  ],
  [{ "\udfff": '\n"\ud800' }, { "\ufffd": '\n"\ufffd' }],
])("%j has halves of surrogate pairs no more", (value, expected) => {
  expect(JSON.parse(wellFormedJson(JSON.stringify(value)))).toEqual(expected);
});
