import { expect, test } from "vitest";
import { resource } from "../../src/index.ts";
import { localPipeline, query, tables, values } from "./local-pipeline.ts";

test("columns and tables may be named like members of every object", async () => {
  const p = localPipeline();
  await p.run(resource("constructor", [{ constructor: 1, valueOf: [{ constructor: "x" }] }]));
  expect(await tables(p)).toEqual(["constructor", "constructor__value_of"]);
  expect(await query(p, 'SELECT c.constructor AS "column", n.constructor AS nested FROM "constructor" c, constructor__value_of n')).toEqual(
    [{ column: 1, nested: "x" }],
  );
});

test("the name of a resource keeps its separators, so that its table may look nested", async () => {
  const p = localPipeline();
  await p.run(resource("Orders__openLines", [{ id: 1 }]));
  expect(await tables(p)).toEqual(["orders__open_lines"]);
});

test("a table of nothing but separators has no name", async () => {
  await expect(localPipeline().run(resource("__", [{ id: 1 }]))).rejects.toThrow("made of separators only");
});

test("a column that is false throughout is loaded as false", async () => {
  const p = localPipeline();
  await p.run(resource("flags", [{ isNew: false }, { isNew: false }]));
  expect(await values(p, "SELECT is_new FROM flags")).toEqual([false, false]);
});
