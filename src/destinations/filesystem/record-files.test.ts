import { expect, test } from "vitest";
import { hashInName, loadFile, loadIdOf, recordNameOf, schemaFile, secondsText, stateFile } from "./record-files.ts";

test("the names of records are those of dlt", () => {
  const hash = hashInName("qYdxkGtDvgTkhdfq1R9Aazv5QdDZRxNZJdBOoSyLHHg=");
  expect(hash).toBe("a98771906b43be04e485d7ead51f406b3bf941d0d947135925d04ea12c8b1c78");
  expect(loadFile("demo", "1795346658.9929848")).toBe("_dlt_loads/demo__1795346658.9929848.jsonl");
  expect(stateFile({ name: "three", id: "1795346658.9929848", hash })).toBe(`_dlt_pipeline_state/three__1795346658.9929848__${hash}.jsonl`);
  expect(schemaFile({ name: "demo", id: secondsText(1795346659082762), hash })).toBe(`_dlt_version/demo__1795346659.082762__${hash}.jsonl`);
});

test("names are taken apart from their end", () => {
  expect(recordNameOf("_dlt_version/my__odd__name__1795346659.0827622__a987.jsonl")).toEqual({
    name: "my__odd__name",
    id: "1795346659.0827622",
    hash: "a987",
  });
  expect(loadIdOf("_dlt_loads/my__odd__name__1795346658.9929848.jsonl")).toBe("1795346658.9929848");
  for (const key of ["_dlt_version/nothing.jsonl", "_dlt_version/one__two.jsonl", "x/__.jsonl"]) expect(recordNameOf(key)).toBeUndefined();
});

test("seconds are written as Python prints them", () => {
  expect(secondsText(1795346659000000)).toBe("1795346659.0");
  expect(secondsText(1795346659500000)).toBe("1795346659.5");
  expect(secondsText(1795346659000001)).toBe("1795346659.000001");
});
