import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resource, source, withHints } from "../../src/index.ts";
import { failure, localPipeline } from "./local-pipeline.ts";

const rows = [{ id: 1 }];

const cases = {
  "write disposition skip": resource("refused", { writeDisposition: "skip" }, rows),
  "strategy upsert": resource("refused", { writeDisposition: { disposition: "merge", strategy: "upsert" }, primaryKey: "id" }, rows),
  "strategy staging-optimized": resource("refused", { writeDisposition: { disposition: "replace", strategy: "staging-optimized" } }, rows),
  "a schemaContract": resource("refused", { schemaContract: "freeze" }, rows),
  "format csv": resource("refused", { fileFormat: "csv" }, rows),
  "table format delta": resource("refused", { tableFormat: "delta" }, rows),
  "option materialize": resource("refused", { materialize: true }, rows),
};

for (const [what, refused] of Object.entries(cases)) {
  test(`${what} is refused before anything runs, and not ignored`, async () => {
    const p = localPipeline();
    let isStarted = false;
    const before = resource("before", function* () {
      isStarted = true;
      yield rows;
    });
    const error = await failure(() => p.run([before, refused]));
    expect(error).toMatchObject({ code: "unsupported", message: expect.stringContaining(what) });
    expect(error).toMatchObject({ message: expect.stringContaining("`refused`") });
    expect(isStarted).toBe(false);
  });
}

test("what a source declares for all its tables is refused, too", async () => {
  const strict = source("strict", { schemaContract: { columns: "discard_row" } }, () => resource("deals", rows));
  expect(await failure(() => localPipeline().run(strict()))).toMatchObject({ code: "unsupported" });
});

test("a resource that is not selected may declare what it likes", async () => {
  const p = localPipeline();
  const info = await p.run([resource("kept", rows), cases["option materialize"].applyHints({ selected: false })]);
  expect(info.rowCounts["kept"]).toBe(1);
});

test("a mark is refused like the resource itself", async () => {
  const p = localPipeline();
  const marked = resource("deals", function* () {
    yield withHints({ id: 1 }, { schemaContract: "freeze" });
  });
  expect(await failure(() => p.run(marked))).toMatchObject({ code: "unsupported", message: expect.stringContaining("schemaContract") });
  expect(p.hasPendingData).toBe(false);
});

test.each([
  ["schema", (schema: { settings: object }) => void Object.assign(schema.settings, { schema_contract: "freeze" })],
  [
    "table",
    (schema: { tables: Record<string, object> }) =>
      void Object.assign(schema.tables["deals"]!, { schema_contract: { columns: "discard_row" } }),
  ],
])("a contract that is stored with a %s is refused, until another one is declared", async (_, change) => {
  const p = localPipeline();
  await p.run(resource("deals", rows));
  const path = join(p.workingDir, "schemas", "shop.schema.json");
  const schema = JSON.parse(readFileSync(path, "utf8"));
  change(schema);
  writeFileSync(path, JSON.stringify(schema));
  expect(await failure(() => p.run(resource("deals", rows)))).toMatchObject({ code: "unsupported" });
  const evolving = source("shop", { schemaContract: "evolve" }, () => resource("deals", { schemaContract: "evolve" }, rows));
  expect((await p.run(evolving())).rowCounts["deals"]).toBe(1);
});
