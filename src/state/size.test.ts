import { expect, test } from "vitest";
import { largestSlot } from "./size.ts";

test("the largest slot is that of a resource, or what the resources of a source share", () => {
  const shop = { resources: { orders: { ids: [1, 2, 3] }, people: {} } };
  expect(largestSlot({ sources: { shop } })).toEqual({
    path: ["sources", "shop", "resources", "orders"],
    name: "resource `orders` of source `shop`",
    bytes: '{"ids":[1,2,3]}'.length,
  });
  expect(largestSlot({ sources: { shop, crm: { fields: "ü".repeat(10) } } })).toEqual({
    path: ["sources", "crm"],
    name: "what the resources of source `crm` share",
    bytes: '{"fields":""}'.length + 20,
  });
});

test("a state without slots has no largest one", () => {
  expect(largestSlot({})).toBeUndefined();
  expect(largestSlot({ sources: {} })).toBeUndefined();
});
