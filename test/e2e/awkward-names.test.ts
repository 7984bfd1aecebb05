import { describe, expect, test } from "vitest";
import { resource } from "../../src/index.ts";
import { failure, localPipeline, query, tables, values } from "./local-pipeline.ts";

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

test("rows of a table with a line break in its name are loaded", async () => {
  const p = localPipeline({ naming: "direct" });
  const info = await p.run(resource("two\u2028lines", [{ id: 1, tags: ["a"] }]));
  expect(info.rowCounts).toMatchObject({ "two\u2028lines": 1, "two\u2028lines▶tags": 1 });
  expect(await tables(p)).toEqual(["two\u2028lines", "two\u2028lines▶tags"]);

  const ofOwn = localPipeline({
    naming: { name: "acme.lines", normalizeIdentifier: (name) => (name.endsWith("\n") ? name : `${name}\n`) },
  });
  await ofOwn.run(resource("orders", [{ id: 1 }]));
  expect(await tables(ofOwn)).toEqual(["orders\n"]);
});

test("a column that is false throughout is loaded as false", async () => {
  const p = localPipeline();
  await p.run(resource("flags", [{ isNew: false }, { isNew: false }]));
  expect(await values(p, "SELECT is_new FROM flags")).toEqual([false, false]);
});

describe("the naming convention direct on a database that does not tell case apart", () => {
  test("refuses two tables that differ in case only, and names both", async () => {
    const error = await failure(() =>
      localPipeline({ naming: "direct" }).run([resource("Users", [{ id: 1 }]), resource("users", [{ id: 2 }])]),
    );
    expect(error).toMatchObject({ code: "identifier" });
    expect(String(error)).toMatch(/"users".*"Users"|"Users".*"users"/);
  });

  test("refuses a table that differs in case only from one of an earlier run", async () => {
    const p = localPipeline({ naming: "direct" });
    await p.run(resource("Users", [{ id: 1 }]));
    expect(await failure(() => p.run(resource("users", [{ id: 2 }])))).toMatchObject({ code: "identifier", identifier: "users" });
  });

  test("refuses two columns that differ in case only, in one run or in two", async () => {
    expect(await failure(() => localPipeline({ naming: "direct" }).run(resource("t", [{ Id: 1 }, { id: 2 }])))).toMatchObject({
      code: "identifier",
      identifier: "id",
      message: expect.stringContaining('"Id"'),
    });
    const p = localPipeline({ naming: "direct" });
    await p.run(resource("t", [{ Id: 1 }]));
    expect(await failure(() => p.run(resource("t", [{ id: 2 }])))).toMatchObject({ code: "identifier", identifier: "id" });
  });

  test("takes letters for two that the database takes for two", async () => {
    const p = localPipeline({ naming: "direct" });
    await p.run(resource("t", [{ Ä: 1, ä: 2 }]));
    expect(await query(p, 'SELECT "Ä" AS upper, "ä" AS lower FROM t')).toEqual([{ upper: 1, lower: 2 }]);
  });
});

test("a table with a slash in its name, which only the naming convention direct keeps, is refused", async () => {
  const p = localPipeline({ naming: "direct" });
  expect(await failure(() => p.run(resource("a/b", [{ id: 1 }])))).toMatchObject({ code: "identifier", identifier: "a/b" });
  expect(await failure(() => p.run(resource("t", [{ id: 1, "x/y": [1] }])))).toMatchObject({ code: "identifier" });
});
