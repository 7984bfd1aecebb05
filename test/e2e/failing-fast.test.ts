import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { resource, transformer } from "../../src/index.ts";
import { failure, localPipeline, values } from "./local-pipeline.ts";

const hang = (): Promise<never> => new Promise(() => {});
const fail = async (): Promise<never> => {
  await sleep(1);
  throw new Error("gone");
};

const parent = resource("parent", { selected: false }, [{ n: 0 }, { n: 1 }]);

/** The first item hangs, the second one fails. */
const forms = {
  "a thunk": resource("r", [hang, fail]),
  "a call of a transformer": transformer(parent, "r", ({ n }) => (n === 0 ? hang() : fail())),
  "a thunk of a transformer's generator": transformer(parent, "r", function* () {
    yield hang;
    yield fail;
  }),
  "a thunk of a flatMap": parent.flatMap(() => [hang, fail]).applyHints({ selected: true }),
};

test.each(Object.entries(forms))("%s that fails ends the run at once, also when one before it hangs", async (_, rows) => {
  const error = await failure(() => localPipeline({ restoreFromDestination: false }).extract(rows));
  expect(error).toMatchObject({ code: "resource-failed", cause: new Error("gone") });
});

test("a call that fails waits for its turn when a limit may be reached before", async () => {
  const p = localPipeline();
  const slow = transformer(parent, "slow", async ({ n }) => {
    if (n === 1) throw new Error("gone");
    await sleep(10);
    return { n };
  });
  await p.run(slow.limit(1));
  expect(await values(p, "SELECT n FROM slow")).toEqual([0]);
});
