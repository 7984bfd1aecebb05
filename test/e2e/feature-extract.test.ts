import { createHook } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { type Runnable, resource, source } from "../../src/index.ts";
import { failure, localPipeline, query, tables, values } from "./local-pipeline.ts";

describe("pages", () => {
  const rows = Array.from({ length: 10_000 }, (_, id) => ({ id }));

  // Time is not asserted: what takes it, and can be counted, are the turns of the promises that each item costs.
  test("of 1000 rows cost less than a fifth of the promises of single rows", async () => {
    const single = await promisesOfExtract(async function* () {
      yield* rows;
    });
    const paged = await promisesOfExtract(async function* () {
      for (let at = 0; at < rows.length; at += 1_000) yield rows.slice(at, at + 1_000);
    });
    expect(single).toBeGreaterThan(rows.length);
    expect(paged).toBeLessThan(single / 5);
  });

  test("pass through map and filter as pages: the steps cost no promise per row", async () => {
    const paged = await promisesOfExtract(
      resource("rows", async function* () {
        yield rows;
      })
        .map(({ id }) => ({ id: id + 1 }))
        .filter(({ id }) => id > 0),
    );
    expect(paged).toBeLessThan(rows.length / 5);
  });

  async function promisesOfExtract<Item>(data: Runnable<Item>): Promise<number> {
    const p = localPipeline();
    // What is loaded once, and the first sync, are not counted.
    await p.extract([{ id: -1 }], { tableName: "before" });
    let count = 0;
    const hook = createHook({ init: (_, type) => void (type === "PROMISE" && count++) }).enable();
    const { tables } = await p.extract(data, { tableName: "rows" });
    hook.disable();
    expect(tables["rows"]!.items).toBe(rows.length);
    return count;
  }
});

describe("an option of a source", () => {
  const order = { id: 1, lines: [{ sku: "a", sizes: [1] }] };
  const shop = (options: Parameters<typeof source>[1]) =>
    source("shop", options as object, () => [resource("orders", [order]), resource("returns", [order])])();

  test("maxTableNesting holds for each of its resources", async () => {
    for (const [maxTableNesting, suffixes] of [
      [0, [""]],
      [1, ["", "__lines"]],
      [2, ["", "__lines", "__lines__sizes"]],
    ] as const) {
      const p = localPipeline();
      await p.run(shop({ maxTableNesting }));
      expect(await tables(p)).toEqual(["orders", "returns"].flatMap((name) => suffixes.map((suffix) => `${name}${suffix}`)));
    }
  });

  test("rootKey gives the nested tables of each the id of their root row", async () => {
    const p = localPipeline();
    await p.run(shop({ rootKey: true }));
    for (const name of ["orders", "returns"])
      expect(await values(p, `SELECT count(*)::INT FROM ${name}__lines__sizes s JOIN ${name} r ON s._dlt_root_id = r._dlt_id`)).toEqual([
        1,
      ]);
  });

  test("schemaContract keeps new columns out of each", async () => {
    const p = localPipeline();
    await p.run(shop({}));
    const more = source("shop", { schemaContract: { columns: "discard_value" } }, () =>
      ["orders", "returns"].map((name) => resource(name, [{ ...order, id: 2, more: true }])),
    );
    await p.run(more());
    for (const name of ["orders", "returns"])
      expect(Object.keys((await query(p, `SELECT * FROM ${name}`))[0]!)).toEqual(["id", "_dlt_load_id", "_dlt_id"]);
    expect(await failure(() => p.run(more().applyHints({ schemaContract: "freeze" })))).toMatchObject({ code: "contract-violation" });
  });

  test("parallel runs all of them at the same time", async () => {
    let running = 0;
    let most = 0;
    const slow = (name: string) =>
      resource(name, async function* () {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 100));
        running--;
        yield { name };
      });
    await localPipeline().run(source("slow", { parallel: true }, () => ["a", "b", "c", "d", "e"].map(slow))());
    expect(most).toBe(5);
  });
});

test("resources that are made in a loop are a table each", async () => {
  const p = localPipeline();
  const api = source("api", () => ["users", "orders", "products"].map((path) => resource(path, () => [{ path }])));
  await p.run(api());
  expect(await tables(p)).toEqual(["orders", "products", "users"]);
  expect(await values(p, "SELECT path FROM users UNION ALL SELECT path FROM orders")).toEqual(["users", "orders"]);
});
