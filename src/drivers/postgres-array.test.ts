import { expect, test } from "vitest";
import { parsePostgresArray } from "./postgres-array.ts";

test.each<[string, unknown[]]>([
  ["{}", []],
  ["{1,2}", ["1", "2"]],
  ["{NULL,null}", [null, "null"]],
  ['{"NULL",""}', ["NULL", ""]],
  ['{"a,b","{c}","d\\"e","f\\\\g"}', ["a,b", "{c}", 'd"e', "f\\g"]],
  [
    "{{1,2},{3,NULL}}",
    [
      ["1", "2"],
      ["3", null],
    ],
  ],
  ["[0:1]={1,2}", ["1", "2"]],
  ["[1:1][-2:-1]={{1,2}}", [["1", "2"]]],
  ['{"line\nbreak"}', ["line\nbreak"]],
])("%j has the items %j", (text, expected) => {
  expect(parsePostgresArray(text, (item) => item)).toEqual(expected);
});
