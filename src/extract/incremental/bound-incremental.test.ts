import { describe, expect, test } from "vitest";
import { PlainDate } from "../../core/plain-date.ts";
import type { ResourceDefinition } from "../definition.ts";
import type { Loose } from "../rows.ts";
import { BoundIncremental } from "./bound-incremental.ts";
import type { IncrementalOptions } from "./incremental-options.ts";
import { hashedText, uniqueHash } from "./unique-hash.ts";

function bind(incremental: IncrementalOptions, stored?: object): { readonly bound: BoundIncremental; readonly slot: () => Loose } {
  const state: Loose = stored === undefined ? {} : { incremental: { [incremental.cursorPath]: stored } };
  const definition = { name: "r", incremental, hints: { primaryKey: "id" } } as unknown as ResourceDefinition;
  const bound = new BoundIncremental(definition, { resourceState: () => state, warn: () => {} });
  return { bound, slot: () => (state["incremental"] as Loose)[incremental.cursorPath] as Loose };
}

const old = (id: number): string => uniqueHash(hashedText(id, true), true);
const now = (id: number): string => uniqueHash(hashedText(id, false), false);

test("hashes of dlt before 1.29 are known, and are written until the cursor moves", () => {
  const { bound, slot } = bind({ cursorPath: "at" }, { initial_value: null, last_value: 5, unique_hashes: [old(1)] });
  expect(
    bound.page([
      { id: 1, at: 5 },
      { id: 2, at: 5 },
    ]),
  ).toEqual([{ id: 2, at: 5 }]);
  bound.settle();
  expect(slot()["unique_hashes"]).toEqual([old(1), old(2)]);
  bound.page([{ id: 3, at: 6 }]);
  bound.settle();
  expect(slot()["unique_hashes"]).toEqual([now(3)]);
});

test("the list of hashes is the stored one where nothing is new, so that the state does not change", () => {
  const hashes = [now(2), now(1)];
  const { bound, slot } = bind({ cursorPath: "at" }, { initial_value: null, last_value: 5, unique_hashes: hashes, start_value: 1 });
  expect(
    bound.page([
      { id: 1, at: 5 },
      { id: 2, at: 5 },
      { id: 9, at: 1 },
    ]),
  ).toEqual([]);
  bound.settle();
  expect(slot()["unique_hashes"]).toBe(hashes);
  expect(slot()["start_value"]).toBe(1);
});

test("many rows at one value are hashed as they come, not held", () => {
  const { bound, slot } = bind({ cursorPath: "at" });
  for (let id = 0; id < 2500; id += 1) bound.page([{ id, at: 1 }]);
  bound.settle();
  expect(new Set(slot()["unique_hashes"] as string[]).size).toBe(2500);
});

test("a page of which all rows are new is handed on as it is", () => {
  const { bound } = bind({ cursorPath: "at", initialValue: 1 });
  const page = [
    { id: 1, at: 1 },
    { id: 2, at: 2 },
  ];
  expect(bound.page(page)).toBe(page);
});

test("a key may be a column inside", () => {
  const { bound } = bind({ cursorPath: "at", primaryKey: "author__id" }, { initial_value: null, last_value: 5, unique_hashes: [now(1)] });
  expect(
    bound.page([
      { author: { id: 1 }, at: 5 },
      { author: { id: 2 }, at: 5 },
    ]),
  ).toHaveLength(1);
});

test("a known row that can have none beside it is the border", () => {
  const options = { cursorPath: "at", primaryKey: "at", rowOrder: "desc" } as const;
  const { bound } = bind(options, { initial_value: null, last_value: 5, unique_hashes: [now(5)] });
  bound.page([{ at: 6 }]);
  expect(bound.canClose()).toBe(false);
  bound.page([{ at: 5 }]);
  expect(bound.canClose()).toBe(true);
});

describe("a lag", () => {
  const stored = { initial_value: null, last_value: PlainDate.from("0001-01-05"), unique_hashes: [] };

  test("that goes beyond the year 1 ends at the initial value", () => {
    const { bound } = bind({ cursorPath: "at", initialValue: PlainDate.from("0001-01-02"), lag: "30d" }, stored);
    expect(String(bound.startValue)).toBe("0001-01-02");
    expect(() => bind({ cursorPath: "at", lag: "30d" }, stored)).toThrow("does not go with its cursor");
  });

  test("of nothing is none", () => {
    expect(bind({ cursorPath: "at", lag: "0d" }).bound.rule.deduplicates).toBe(true);
    expect(bind({ cursorPath: "at", lag: "0.5h" }).bound.rule.hasLag).toBe(true);
  });
});
