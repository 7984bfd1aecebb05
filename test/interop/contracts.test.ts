import { describe, expect, test } from "vitest";
import type { SchemaContract } from "../../src/index.ts";
import type { Case, Run } from "./plan.ts";
import { differencesOf, sideBySide } from "./side-by-side.ts";

const first = [{ id: 1, v: 1, kids: [{ x: 1 }] }];

/** A run without contract, then one with it. */
function runs(contract: SchemaContract, rows: readonly unknown[], others: Partial<Run> = {}): readonly Run[] {
  return [
    { source: "handmade", resources: [{ name: "docs", rows: first }] },
    { source: "handmade", resources: [{ name: "docs", rows, hints: { schemaContract: contract } }], ...others },
  ];
}

const loaded: readonly Case[] = [
  { name: "everything may change", runs: runs("evolve", [{ id: 2, v: "x", n: 1, kids: [{ x: "y", z: 1 }] }]) },
  {
    name: "discarded rows take nested rows along",
    runs: runs({ columns: "discard_row" }, [
      { id: 2, n: 1, kids: [{ x: 2 }] },
      { id: 3, v: 3, kids: [{ x: 3 }, { x: 4, y: [1] }, { x: 5 }] },
      { id: 4, v: "text", o: { p: 1 } },
      { id: 5, v: "text" },
    ]),
  },
  {
    name: "discarded values",
    runs: runs({ columns: "discard_value", dataType: "discard_value" }, [
      { id: 2, n: 1, v: "x", o: { p: 1, q: [1, 2] }, kids: [{ x: "y", z: 1 }] },
      { id: "3", v: 3.5 },
    ]),
  },
  { name: "discarded nested tables", runs: runs({ tables: "discard_value" }, [{ id: 2, n: 1, tags: ["a"], kids: [{ x: 1, more: [1] }] }]) },
  {
    name: "columns of a new table under contract",
    runs: [
      {
        source: "handmade",
        resources: [
          {
            name: "fresh",
            rows: [{ id: 1 }, { id: 2, n: 1 }, { id: 3, v: 1 }, { id: 4, v: "x" }],
            hints: { schemaContract: { columns: "discard_row", dataType: "discard_value" } },
          },
        ],
      },
      { source: "handmade", resources: [{ name: "fresh", rows: [{ id: 5, late: 1 }, { id: 6 }] }] },
    ],
  },
  {
    name: "the contract of the source, and that of a resource",
    runs: [
      ...runs("evolve", [{ id: 2 }]),
      {
        source: "handmade",
        schemaContract: "discard_row",
        resources: [
          { name: "docs", rows: [{ id: 3, n: 1 }, { id: 4 }], hints: { schemaContract: { dataType: "freeze" } } },
          { name: "other", rows: [{ id: 1 }] },
        ],
      },
    ],
  },
];

const refused: readonly Case[] = [
  { name: "a new column", runs: runs({ columns: "freeze" }, [{ id: 2, n: 1 }]) },
  { name: "a variant", runs: runs({ dataType: "freeze" }, [{ id: 2, v: "x" }]) },
  { name: "a nested table", runs: runs({ tables: "freeze" }, [{ id: 2, tags: [1] }]) },
  { name: "the second row of a new nested table", runs: runs({ columns: "freeze" }, [{ id: 2, tags: [{ x: 1 }, { y: 1 }] }]) },
  {
    name: "a new table",
    runs: [{ source: "handmade", resources: [{ name: "docs", rows: first, hints: { schemaContract: { tables: "freeze" } } }] }],
  },
  {
    name: "a declared column",
    runs: [
      { source: "handmade", resources: [{ name: "docs", rows: first }] },
      {
        source: "handmade",
        resources: [{ name: "docs", rows: first, hints: { schemaContract: "freeze", columns: { n: { dataType: "text" } } } }],
      },
    ],
  },
];

describe("contracts keep out what dlt keeps out", () => {
  const load = sideBySide([...loaded, ...refused]);

  test.for(loaded)("$name", async (one) => {
    const compared = await load(one);
    expect(compared.dlt).not.toHaveProperty("refused");
    expect(differencesOf(compared)).toEqual([]);
  });

  test.for(refused)("frozen: $name", async (one) => {
    const { dlt, leat } = await load(one);
    expect(dlt).toHaveProperty("refused", expect.stringContaining("DataValidationError"));
    expect(leat).toHaveProperty("refused", expect.stringContaining("its contract is `freeze`"));
  });
});
