import { afterEach, expect, test, vi } from "vitest";
import { resource, source } from "../../src/index.ts";
import { localPipeline, tables, values } from "./local-pipeline.ts";

afterEach(() => vi.unstubAllEnvs());

const rows = [{ id: 1, doc: { a: 1, deep: { b: 2 } }, list: [{ c: 3, inner: [{ d: 4, most: [5] }] }] }];
const allTables = ["items", "items__list", "items__list__inner", "items__list__inner__most"];

const asSource = (maxTableNesting?: number) =>
  source("shop_api", maxTableNesting === undefined ? {} : { maxTableNesting }, () => [resource("items", rows)]);

test.each([
  [0, ["items"]],
  [1, ["items", "items__list"]],
  [2, ["items", "items__list", "items__list__inner"]],
])("maxTableNesting %i is the same for a source, a resource and in config", async (level, expected) => {
  const bySource = localPipeline();
  await bySource.run(asSource(level)());
  expect(await tables(bySource)).toEqual(expected);
  const byResource = localPipeline();
  await byResource.run(resource("items", { maxTableNesting: level }, rows));
  expect(await tables(byResource)).toEqual(expected);
  vi.stubEnv("SOURCES__SHOP_API__MAX_TABLE_NESTING", String(level));
  const byConfig = localPipeline();
  await byConfig.run(asSource()());
  expect(await tables(byConfig)).toEqual(expected);
  vi.unstubAllEnvs();
  vi.stubEnv("SOURCES__MAX_TABLE_NESTING", String(level));
  const byConfigOfAll = localPipeline();
  await byConfigOfAll.run(rows, { tableName: "items" });
  expect(await tables(byConfigOfAll)).toEqual(expected);
  if (level === 0) expect(await values(byConfigOfAll, "SELECT list->0->'inner'->0->>'d' FROM items")).toEqual(["4"]);
});

test("a resource wins over its source, the source over config, a source's config over that of all", async () => {
  vi.stubEnv("SOURCES__MAX_TABLE_NESTING", "0");
  vi.stubEnv("SOURCES__SHOP_API__MAX_TABLE_NESTING", "1");
  const byConfig = localPipeline();
  await byConfig.run(asSource()());
  expect(await tables(byConfig)).toEqual(allTables.slice(0, 2));
  const bySource = localPipeline();
  await bySource.run(asSource(2)());
  expect(await tables(bySource)).toEqual(allTables.slice(0, 3));
  const byResource = localPipeline();
  await byResource.run(source("shop_api", { maxTableNesting: 0 }, () => resource("items", { maxTableNesting: 3 }, rows))());
  expect(await tables(byResource)).toEqual(allTables);
});

test("a level that is no count is refused", async () => {
  vi.stubEnv("SOURCES__MAX_TABLE_NESTING", "-1");
  await expect(localPipeline().run(asSource()())).rejects.toMatchObject({ code: "config" });
});
