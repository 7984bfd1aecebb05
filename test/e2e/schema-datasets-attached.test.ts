import { join } from "node:path";
import { expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { attach, resource, source } from "../../src/index.ts";
import { openExisting } from "../../src/pipeline/attach.ts";
import { type Machine, machine, values } from "./local-pipeline.ts";

const [one, two] = [
  () => source("one", () => [resource("first", [{ n: 1 }])])(),
  () => source("two", () => [resource("second", [{ n: 2 }])])(),
];

const optionsOf = (m: Machine) =>
  ({ pipelinesDir: join(m.dir, "pipelines"), datasetName: "data", destination: duckdb(m.databasePath), progress: "none" }) as const;

test("attach restores schemas from all datasets", async () => {
  const m = machine();
  await m.pipeline({ useSingleDataset: false }).run([one(), two()]);
  m.wipe();
  const attached = await attach("shop", { ...optionsOf(m), useSingleDataset: false });
  expect(Object.keys(attached.schemas)).toEqual(["one", "two"]);
  await attached.run(two());
  expect(await values(attached, "SELECT n::INTEGER FROM data_two.second")).toEqual([2, 2]);
});

test("is a setting of the operator, too, and remembered for those who open the pipeline without its script", async () => {
  const m = machine();
  process.env["USE_SINGLE_DATASET"] = "false";
  try {
    await m.pipeline().run([one(), two()]);
  } finally {
    delete process.env["USE_SINGLE_DATASET"];
  }
  const opened = await openExisting("shop", optionsOf(m));
  expect(opened.datasetOf("two")).toBe("data_two");
  await opened.sync();
  expect(opened.datasetOf("two")).toBe("data_two");
  await m.pipeline().run(two());
  expect(await values(opened, "SELECT n::INTEGER FROM second")).toEqual([2]);
  expect((await openExisting("shop", optionsOf(m))).datasetOf("two")).toBe("data");
});
