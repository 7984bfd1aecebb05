import { expect, test } from "vitest";
import { resource, withHints } from "../../src/index.ts";
import { failure, localPipeline } from "./local-pipeline.ts";

const rows = [{ id: 1 }];

const cases = {
  "strategy cdc": resource("refused", { writeDisposition: "merge", "x-merge-strategy": "cdc", primaryKey: "id" }, rows),
  "strategy staging-optimized": resource("refused", { writeDisposition: { disposition: "replace", strategy: "staging-optimized" } }, rows),
  "table format delta": resource("refused", { tableFormat: "delta" }, rows),
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

test("a resource that is not selected may declare what it likes", async () => {
  const p = localPipeline();
  const info = await p.run([resource("kept", rows), cases["table format delta"].applyHints({ selected: false })]);
  expect(info.rowCounts["kept"]).toBe(1);
});

test("a mark is refused like the resource itself", async () => {
  const p = localPipeline();
  const marked = resource("deals", function* () {
    yield withHints({ id: 1 }, { tableFormat: "delta" });
  });
  expect(await failure(() => p.run(marked))).toMatchObject({ code: "unsupported", message: expect.stringContaining("table format delta") });
  expect(p.hasPendingData).toBe(false);
});
