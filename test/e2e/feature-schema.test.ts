import { describe, expect, test } from "vitest";
import { resource } from "../../src/index.ts";
import { localPipeline, query, values } from "./local-pipeline.ts";

test("each row leads to its load: root rows by their load id, nested ones by way of their parents", async () => {
  const p = localPipeline();
  const order = (id: number) => ({ id, lines: [{ sku: `${id}`, sizes: [1, 2] }] });
  const first = await p.run([order(1), order(2)], { tableName: "orders" });
  const second = await p.run([order(3)], { tableName: "orders" });
  expect(
    await query(
      p,
      `SELECT l.load_id, l.status::INT AS status, l.schema_name, count(DISTINCT o.id)::INT AS orders, count(*)::INT AS sizes
       FROM orders__lines__sizes s
       JOIN orders__lines n ON s._dlt_parent_id = n._dlt_id
       JOIN orders o ON n._dlt_parent_id = o._dlt_id
       JOIN _dlt_loads l ON o._dlt_load_id = l.load_id
       GROUP BY ALL ORDER BY 1`,
    ),
  ).toEqual([
    { load_id: first.loadIds[0], status: 0, schema_name: "shop", orders: 2, sizes: 4 },
    { load_id: second.loadIds[0], status: 0, schema_name: "shop", orders: 1, sizes: 2 },
  ]);
  // The version of the schema that a load was made with.
  expect(await values(p, "SELECT count(*)::INT FROM _dlt_loads l JOIN _dlt_version v ON v.version_hash = l.schema_version_hash")).toEqual([
    2,
  ]);
});

describe("maxTableNesting of a resource", () => {
  test.each([
    [0, ["docs"]],
    [1, ["docs", "docs__a"]],
    [2, ["docs", "docs__a", "docs__a__b"]],
  ])("of %i makes so many levels of nested tables", async (maxTableNesting, expected) => {
    const p = localPipeline();
    await p.run(resource("docs", { maxTableNesting }, [{ id: 1, a: [{ b: [{ c: [1] }] }] }]));
    expect(Object.keys(p.defaultSchema!.tables).filter((table) => !table.startsWith("_dlt"))).toEqual(expected);
    const deepest = expected.at(-1)!;
    const kept = ["a", "b", "c"][maxTableNesting]!;
    expect(p.defaultSchema!.tables[deepest]!.columns[kept]).toMatchObject({ data_type: "json" });
  });
});
