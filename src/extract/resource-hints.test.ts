import { expect, it } from "vitest";
import { combineMarks } from "./marked.ts";
import { mergeHints } from "./resource-hints.ts";

it("merges columns and nested tables one by one: what is not named stays", () => {
  const first = {
    primaryKey: "id",
    "x-own": { a: 1 },
    columns: { id: { dataType: "bigint" }, name: { description: "n" } },
    nestedHints: {
      lines: { primaryKey: "sku", "x-own": 1, columns: { price: { dataType: "decimal", precision: 10 } } },
      tags: { description: "t" },
    },
  } as const;
  const second = {
    description: "d",
    "x-other": true,
    columns: { id: { nullable: true } },
    nestedHints: { lines: { "x-other": 2, columns: { price: { precision: 12 }, sku: { dataType: "text" } } }, notes: { description: "n" } },
  } as const;
  expect(mergeHints(first, second as never)).toEqual({
    primaryKey: "id",
    "x-own": { a: 1 },
    "x-other": true,
    description: "d",
    columns: { id: { dataType: "bigint", nullable: true }, name: { description: "n" } },
    nestedHints: {
      lines: {
        primaryKey: "sku",
        "x-own": 1,
        "x-other": 2,
        columns: { price: { dataType: "decimal", precision: 12 }, sku: { dataType: "text" } },
      },
      tags: { description: "t" },
      notes: { description: "n" },
    },
  });
});

it("replaces references to one table, and keeps those to others", () => {
  const reference = (referencedTable: string, column: string) => ({ columns: [column], referencedTable, referencedColumns: ["id"] });
  const merged = mergeHints({ references: [reference("a", "x"), reference("b", "y")] }, { references: [reference("a", "z")] });
  expect(merged.references).toEqual([reference("a", "z"), reference("b", "y")]);
});

it("merges the hints of marks around each other in the same way", () => {
  const [inner, outer] = [{ columns: { a: { dataType: "text" } } }, { columns: { b: { dataType: "text" } } }] as const;
  expect(combineMarks({ hints: inner }, { tableName: "t", hints: outer })).toEqual({
    tableName: "t",
    hints: { columns: { a: { dataType: "text" }, b: { dataType: "text" } } },
  });
  expect(combineMarks({ hints: inner }, { tableName: "t" })).toEqual({ tableName: "t", hints: inner });
});
