import { describe, expect, it } from "vitest";
import { readFixture, untagToJson } from "../../test/fixtures.ts";
import type { JsonObject } from "../schema/json-value.ts";
import { keyHash, nestedRowId, rowHash } from "./keys.ts";

interface RowIdCase {
  readonly strategy: "upsert" | "scd2";
  readonly item: Readonly<Record<string, unknown>>;
  readonly t_ids_in_file_order: readonly string[];
  readonly t__kids_ids_in_file_order: readonly string[];
}
const { cases } = readFixture<{ readonly cases: readonly RowIdCase[] }>("row_ids.json");

describe.each(["upsert", "scd2"] as const)("the ids of %s rows", (strategy) => {
  const examples = cases.filter((example) => example.strategy === strategy);

  it.each(examples.map((example) => [JSON.stringify(example.item["K ey"]), example] as const))(
    "are dlt's for a key of %s",
    (_, example) => {
      const document = untagToJson(example.item) as JsonObject;
      const id = strategy === "scd2" ? rowHash(document) : keyHash(new Map([["k_ey", document["K ey"]!]]), ["k_ey"]);
      expect(id).toBe(example.t_ids_in_file_order[0]);
      expect(nestedRowId(id, "t__kids", 0)).toBe(example.t__kids_ids_in_file_order.at(-1));
    },
  );
});

it("depends on all columns of the key, in any order", () => {
  const row = new Map<string, string | number>([
    ["a", "x"],
    ["b", 2],
    ["v", 1],
  ]);
  expect(keyHash(row, ["b", "a"])).toBe("bp92PG10J38B1g");
  expect(keyHash(row, ["a", "b"])).toBe("bp92PG10J38B1g");
});

it("does not depend on the order of keys, nor on members that dlt adds", () => {
  expect(rowHash({ id: 1, name: "a" })).toBe("swX5JrcV4/PVUA");
  expect(rowHash({ name: "a", id: 1, _dlt_load_id: "2" })).toBe("swX5JrcV4/PVUA");
});

it("treats a missing key value like null", () => {
  expect(keyHash(new Map(), ["id"])).toBe(keyHash(new Map([["id", null]]), ["id"]));
});
