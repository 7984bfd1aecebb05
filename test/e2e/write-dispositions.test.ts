import { describe, expect, test } from "vitest";
import { resource } from "../../src/index.ts";
import { failure, localPipeline, machine, query, tables, values } from "./local-pipeline.ts";
import { takeAway } from "./take-away.ts";

const orders = (rows: readonly object[]) =>
  resource("orders", { writeDisposition: "replace" }, rows as { id: number; lines?: { n: number }[] }[]);

test("append adds the rows of each run", async () => {
  const p = localPipeline();
  for (const id of [1, 2]) await p.run([{ id }], { tableName: "users" });
  await p.run([{ id: 3 }], { tableName: "users", writeDisposition: "append" });
  expect(await values(p, "SELECT id FROM users ORDER BY id")).toEqual([1, 2, 3]);
});

describe("replace", () => {
  test("keeps only the rows of the last run", async () => {
    const p = localPipeline();
    await p.run(orders([{ id: 1 }, { id: 2 }]));
    await p.run(orders([{ id: 3 }]));
    expect(await values(p, "SELECT id FROM orders")).toEqual([3]);
  });

  test("empties nested tables, also when no row is nested any more", async () => {
    const p = localPipeline();
    await p.run(orders([{ id: 1, lines: [{ n: 1 }, { n: 2 }] }]));
    await p.run(orders([{ id: 2, lines: [{ n: 3 }] }]));
    expect(await values(p, "SELECT n FROM orders__lines")).toEqual([3]);
    await p.run(orders([{ id: 3 }]));
    expect(await values(p, "SELECT count(*) FROM orders__lines")).toEqual([0]);
    expect(await values(p, "SELECT id FROM orders")).toEqual([3]);
  });

  test("empties the tables of a resource that has no rows", async () => {
    const p = localPipeline();
    await p.run(orders([{ id: 1, lines: [{ n: 1 }] }]));
    await p.run(orders([]));
    expect(await query(p, "SELECT (SELECT count(*) FROM orders) o, (SELECT count(*) FROM orders__lines) l")).toEqual([{ o: 0, l: 0 }]);
    await p.run(orders([{ id: 2 }]));
    expect(await values(p, "SELECT id FROM orders")).toEqual([2]);
  });

  test("empties every table that a resource has made", async () => {
    const p = localPipeline();
    const events = (rows: { type: string; id: number }[]) =>
      resource("events", { writeDisposition: "replace", tableName: (row: { type: string }) => row.type }, rows);
    await p.run(
      events([
        { type: "click", id: 1 },
        { type: "view", id: 2 },
      ]),
    );
    await p.run(events([{ type: "click", id: 3 }]));
    expect(await query(p, "SELECT (SELECT max(id) FROM click) c, (SELECT count(*) FROM view) v")).toEqual([{ c: 3, v: 0 }]);
  });

  test("of a resource that never had rows makes no table", async () => {
    const p = localPipeline();
    await p.run(orders([]));
    expect(await tables(p)).toEqual([]);
  });

  test("leaves the tables of other resources alone", async () => {
    const p = localPipeline();
    await p.run([orders([{ id: 1 }]), resource("users", [{ id: 1 }])]);
    await p.run(orders([{ id: 2 }]));
    expect(await values(p, "SELECT id FROM users")).toEqual([1]);
  });

  test("never shows an empty table: a load that fails leaves the old rows", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(orders([{ id: 1, lines: [{ n: 1 }] }]));
    await p.extract(orders([{ id: 2, lines: [{ n: 2 }] }]));
    await p.normalize();
    const giveBack = await takeAway("orders__lines", local, "table");
    await failure(() => p.load());
    expect(await values(p, "SELECT id FROM orders")).toEqual([1]);
    expect(await values(p, "SELECT count(*) FROM _dlt_loads")).toEqual([1]);
    await giveBack();
    await p.load();
    expect(await query(p, "SELECT o.id, l.n FROM orders o JOIN orders__lines l ON l._dlt_parent_id = o._dlt_id")).toEqual([
      { id: 2, n: 2 },
    ]);
  });

  test("given to run() holds for all its resources", async () => {
    const p = localPipeline();
    const both = [resource("a", [{ id: 1 }]), resource("b", [{ id: 1 }])];
    await p.run(both);
    await p.run(both, { writeDisposition: "replace" });
    expect(await query(p, "SELECT (SELECT count(*) FROM a) a, (SELECT count(*) FROM b) b")).toEqual([{ a: 1, b: 1 }]);
  });
});

test("the write disposition may change from run to run", async () => {
  const p = localPipeline();
  const rows = (id: number) => resource("users", [{ id }]);
  await p.run(rows(1));
  await p.run(rows(2).applyHints({ writeDisposition: "replace" }));
  await p.run(rows(3).applyHints({ writeDisposition: "append" }));
  expect(await values(p, "SELECT id FROM users ORDER BY id")).toEqual([2, 3]);
});
