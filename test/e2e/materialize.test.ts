import { describe, expect, test } from "vitest";
import { z } from "zod";
import { rawJson, resource, transformer, withHints } from "../../src/index.ts";
import { failure, localPipeline, query, tables } from "./local-pipeline.ts";

/** Names of columns, and whether each must have a value. */
async function columns(p: ReturnType<typeof localPipeline>, table: string): Promise<Record<string, boolean>> {
  const sql = `SELECT column_name AS name, is_nullable AS nullable FROM information_schema.columns WHERE table_schema = 'data' AND table_name = '${table}' ORDER BY ordinal_position`;
  const rows = await query<{ name: string; nullable: string }>(p, sql);
  return Object.fromEntries(rows.map(({ name, nullable }) => [name, nullable === "NO"]));
}

const empty = (): { id: number; at: Date }[] => [];

describe("materialize", () => {
  const hints = { materialize: true, columns: { id: { dataType: "bigint", nullable: false }, at: { dataType: "timestamp" } } } as const;

  test("creates the table of a resource that gives no rows, with leat's own columns", async () => {
    const p = localPipeline();
    const info = await p.run(resource("orders", hints, empty));
    expect(info.rowCounts).toMatchObject({ orders: 0 });
    expect(await columns(p, "orders")).toEqual({ id: true, at: false, _dlt_load_id: true, _dlt_id: true });
    expect(await query(p, "SELECT count(*) AS n FROM orders")).toEqual([{ n: 0 }]);
    expect(p.defaultSchema!.tables["orders"]).toMatchObject({ "x-normalizer": { "seen-data": true } });
  });

  test("leaves a table with rows as it is, and adds columns that are new", async () => {
    const p = localPipeline();
    await p.run(resource("orders", hints, [{ id: 1, at: new Date(0) }]));
    await p.run(resource("orders", { materialize: true, columns: { id: {}, note: { dataType: "text" } } as never }, empty));
    expect(await query(p, "SELECT id, note FROM orders")).toEqual([{ id: 1, note: null }]);
  });

  test("without it no table comes of no rows", async () => {
    const p = localPipeline();
    await p.run(resource("orders", { columns: hints.columns }, empty));
    expect(await tables(p)).toEqual([]);
  });

  test("creates nested tables that nestedHints give columns, tied to their parents", async () => {
    const p = localPipeline();
    const nestedHints = { lines: { columns: { sku: { dataType: "text" } } }, notes: { description: "no columns" } } as const;
    await p.run(resource("orders", { ...hints, nestedHints }, empty));
    expect(await tables(p)).toEqual(["orders", "orders__lines"]);
    expect(await columns(p, "orders__lines")).toEqual({ sku: false, _dlt_parent_id: true, _dlt_list_idx: true, _dlt_id: true });
    await p.run(resource("orders", { ...hints, nestedHints }, [{ id: 1, at: new Date(0), lines: [{ sku: "a" }] } as never]));
    expect(await query(p, "SELECT sku FROM orders__lines JOIN orders o ON o._dlt_id = _dlt_parent_id")).toEqual([{ sku: "a" }]);
  });

  test("with merge the nested table has the key of its root, and takes rows later", async () => {
    const p = localPipeline();
    const options = {
      ...hints,
      writeDisposition: "merge",
      primaryKey: "id",
      nestedHints: { lines: { columns: { sku: { dataType: "text" } } } },
    } as const;
    await p.run(resource("orders", options, empty));
    expect(Object.keys(await columns(p, "orders__lines"))).toEqual(["sku", "_dlt_root_id", "_dlt_parent_id", "_dlt_list_idx", "_dlt_id"]);
    for (const sku of ["a", "b"]) await p.run(resource("orders", options, [{ id: 1, at: new Date(0), lines: [{ sku }] } as never]));
    expect(await query(p, "SELECT sku FROM orders__lines")).toEqual([{ sku: "b" }]);
  });

  test("takes the columns of a row schema", async () => {
    const p = localPipeline();
    const schema = z.object({ id: z.int(), at: z.date().optional() });
    await p.run(resource("orders", { schema, materialize: true, primaryKey: "id" }, () => []));
    expect(await columns(p, "orders")).toEqual({ id: true, at: false, _dlt_load_id: true, _dlt_id: true });
  });

  test("counts for a transformer whose parent gives nothing, for run() and for a mark", async () => {
    const p = localPipeline();
    await p.run(transformer(resource("parents", empty), "details", hints, (row) => [row]));
    await p.run(empty, { tableName: "plain", ...hints });
    await p.run(
      resource("marked", function* () {
        yield withHints(null, hints as never);
      }),
    );
    expect(await tables(p)).toEqual(["details", "marked", "plain"]);
  });

  test("without a type, or without a name, it is refused before anything runs", async () => {
    const untyped = resource("r", { materialize: true, columns: { id: { nullable: false } } }, empty);
    expect(await failure(() => localPipeline().run(untyped))).toMatchObject({
      code: "config",
      message: expect.stringContaining("no column with a type"),
    });
    const nameless = resource("r", { ...hints, tableName: () => "x" }, empty);
    expect(await failure(() => localPipeline().run(nameless))).toMatchObject({
      code: "config",
      message: expect.stringContaining("there is no name"),
    });
  });
});

describe("the write disposition skip", () => {
  test("reads rows, keeps their state, feeds transformers, and loads nothing", async () => {
    const p = localPipeline();
    const skipped = resource("pages", { writeDisposition: "skip" }, function* ({ state }) {
      state["page"] = 1;
      yield [{ id: 1, tags: ["a"] }, { id: 2 }];
    });
    const info = await p.run([skipped, transformer(skipped, "details", ({ id }) => ({ id: id * 10 }))]);
    expect(await tables(p)).toEqual(["details"]);
    expect(await query(p, "SELECT id FROM details ORDER BY id")).toEqual([{ id: 10 }, { id: 20 }]);
    expect(info.rowCounts).not.toHaveProperty("pages");
    expect(p.state.sources?.["shop"]?.resources?.["pages"]).toEqual({ page: 1 });
    expect(p.defaultSchema!.tables["pages"]).toMatchObject({ write_disposition: "skip" });
  });

  test("leaves a table as it is that had rows before, and another disposition loads again", async () => {
    const p = localPipeline();
    await p.run(resource("r", [{ id: 1 }]));
    await p.run(resource("r", { writeDisposition: { disposition: "skip" } }, [{ id: 2 }]));
    expect(await query(p, "SELECT id FROM r")).toEqual([{ id: 1 }]);
    await p.run(resource("r", { writeDisposition: "append" }, [{ id: 3 }]));
    expect(await query(p, "SELECT id FROM r ORDER BY id")).toEqual([{ id: 1 }, { id: 3 }]);
  });

  test("of a nested table leaves out its rows and what is nested in them", async () => {
    const p = localPipeline();
    const nestedHints = { lines: { writeDisposition: "skip" } } as const;
    await p.run(resource("r", { nestedHints }, [{ id: 1, tags: ["a"], lines: [{ sku: "x", parts: [1] }] }]));
    expect(await tables(p)).toEqual(["r", "r__tags"]);
  });

  test("counts rows that come as text", async () => {
    const p = localPipeline();
    const info = await p.extract(resource("r", { writeDisposition: "skip" }, () => [rawJson("[{}, {}]"), { id: 1 }]));
    expect(info.resources["r"]).toMatchObject({ items: 3, files: 0 });
  });

  test("may come from a mark, for the table of its rows", async () => {
    const p = localPipeline();
    await p.run(
      resource("r", function* () {
        yield { id: 1 };
        yield withHints({ id: 2 }, { tableName: "other", writeDisposition: "skip" });
        yield { id: 3 };
      }),
    );
    expect(await tables(p)).toEqual(["r"]);
    expect(await query(p, "SELECT id FROM r ORDER BY id")).toEqual([{ id: 1 }, { id: 3 }]);
  });
});
