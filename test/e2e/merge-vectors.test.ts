import { describe, expect, test } from "vitest";
import { ContractViolationError, LoadJobFailedError, UnsupportedError } from "../../src/index.ts";
import { untag } from "../fixtures.ts";
import { failure, localPipeline } from "./local-pipeline.ts";
import { cases, destination, items, loadedTables, type MergeCase, outcomeOf, sorted, type Tables } from "./merge-case.ts";

/** dlt's load fails on the NOT NULL of the key; leat refuses the row while it normalizes. */
const withoutKey = "delete_insert_null_key";

describe("tables after each batch, and how the table is stored, are as with dlt", () => {
  test.each(cases.filter((each) => outcomeOf(each).error === undefined))("$name", async (each) => {
    const expected = outcomeOf(each).tables_after_each_batch.map((tables) => sorted(untag(tables) as Tables));
    const pipeline = localPipeline();
    for (const [index, batch] of each.batches.entries()) {
      await pipeline.run(items(each, index, batch));
      expect(await loadedTables(pipeline, expected[index]!)).toEqual(expected[index]);
    }
    const { items: table } = pipeline.defaultSchema!.tables;
    expect(table).toEqual(each.table_schema);
    expect(Object.keys(table!.columns)).toEqual(Object.keys(each.table_schema.columns));
  });
});

describe.runIf(cases.some(isFailedLoad))("a load that fails with dlt fails, and leaves what was there", () => {
  test.each(cases.filter(isFailedLoad))("$name", async (each) => {
    const pipeline = localPipeline();
    const { tables_after_each_batch: after } = outcomeOf(each);
    for (const [index, batch] of each.batches.slice(0, after.length).entries()) await pipeline.run(items(each, index, batch));
    const error = await failure(() => pipeline.run(items(each, after.length, each.batches[after.length]!)));
    expect(error).toBeInstanceOf(LoadJobFailedError);
    expect(String(error)).toContain("Its rows could not be merged");
    if (after.length === 0) return;
    const expected = sorted(untag(after.at(-1)) as Tables);
    expect(await loadedTables(pipeline, expected)).toEqual(expected);
  });
});

test(`${withoutKey}: a row without its key is refused, and nothing is stored`, async () => {
  const each = cases.find(({ name }) => name === withoutKey)!;
  expect(each.by_destination.duckdb.error).toBeDefined();
  const pipeline = localPipeline();
  expect(await failure(() => pipeline.run(items(each, 0, each.batches[0]!)))).toBeInstanceOf(ContractViolationError);
});

describe.runIf(destination === "sqlite")(
  "a strategy that the destination does not have is refused before anything runs, as with dlt",
  () => {
    test.each(cases.filter((each) => outcomeOf(each).error?.endsWith("DestinationCapabilitiesException")))("$name", async (each) => {
      const error = await failure(() => localPipeline().run(items(each, 0, each.batches[0]!)));
      expect(error).toBeInstanceOf(UnsupportedError);
      expect(String(error)).toContain(`it is merged with the strategy ${(each.write_disposition as { strategy: string }).strategy}`);
    });
  },
);

function isFailedLoad(each: MergeCase): boolean {
  const { error } = outcomeOf(each);
  return error !== undefined && each.name !== withoutKey && !error.endsWith("DestinationCapabilitiesException");
}
