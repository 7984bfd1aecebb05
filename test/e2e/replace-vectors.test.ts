import { describe, expect, test } from "vitest";
import { resource, UnsupportedError, type WriteDisposition } from "../../src/index.ts";
import { readFixture, untag } from "../fixtures.ts";
import { failure, localPipeline, query } from "./local-pipeline.ts";

interface ReplaceCase {
  readonly destination: string;
  readonly strategy: string;
  /** After a second run, of each table the columns of the user. */
  readonly rows?: { readonly [table: string]: readonly object[] };
  readonly error?: string;
}

const destination = process.env["LEAT_TEST_ON"] ?? "duckdb";
const cases = readFixture<readonly ReplaceCase[]>("replace.json").filter((each) => each.destination === destination);

describe("a table that is replaced, and those nested in it, hold the rows of the last run, as with dlt", () => {
  test.each(cases.filter(({ error }) => error === undefined))("$strategy", async ({ strategy, rows }) => {
    const p = localPipeline();
    await p.run(items(strategy, [{ id: 1, l: [1, 2] }]));
    await p.run(items(strategy, [{ id: 2, l: [3] }]));
    const found = await query(p, "SELECT id FROM items");
    const nested = await query(p, "SELECT value FROM items__l");
    expect({ items: found, items__l: nested }).toEqual(untag(rows));
  });

  test.each(cases.filter(({ error }) => error !== undefined))("$strategy is refused, where dlt's load fails", async ({ strategy }) => {
    expect(await failure(() => localPipeline().run(items(strategy, [{ id: 1 }])))).toBeInstanceOf(UnsupportedError);
  });
});

function items(strategy: string, rows: readonly object[]) {
  return resource("items", { writeDisposition: { disposition: "replace", strategy } as WriteDisposition }, rows);
}
