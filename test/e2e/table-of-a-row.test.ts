import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resource, withHints, withTableName } from "../../src/index.ts";
import { failure, localPipeline, query, tables, values } from "./local-pipeline.ts";

const events = [
  { type: "click", id: 1 },
  { type: "view", id: 2 },
  { type: "click", id: 3 },
];

test("tableName as a function splits rows over tables", async () => {
  const p = localPipeline();
  await p.run(resource("events", { tableName: (row: { type: string }) => `event ${row.type}` }, events));
  expect(await tables(p)).toEqual(["event_click", "event_view"]);
  expect(await values(p, "SELECT id FROM event_click ORDER BY 1")).toEqual([1, 3]);
});

test.skipIf(!existsSync("/proc/self/fd"))("many tables do not keep their files open", async () => {
  const text = "x".repeat(140_000);
  let most = 0;
  const rows = resource("wide", { tableName: (row: { n: number }) => `t${row.n % 400}` }, function* () {
    for (let n = 0; n < 405; n += 1) {
      yield { n, text };
      most = Math.max(most, readdirSync("/proc/self/fd").length);
    }
  });
  const p = localPipeline({ restoreFromDestination: false });
  const before = readdirSync("/proc/self/fd").length;
  await p.extract(rows);
  expect(most - before).toBeLessThan(300);
});

test("withTableName sends one item to another table", async () => {
  const p = localPipeline();
  await p.run(
    resource("events", async function* () {
      yield { id: 1 };
      yield withTableName([{ id: 2 }, { id: 3 }], "archived");
      yield withTableName(() => [{ id: 4 }], "archived");
      yield [{ id: 5 }];
    }),
  );
  expect(await values(p, "SELECT id FROM events ORDER BY 1")).toEqual([1, 5]);
  expect(await values(p, "SELECT id FROM archived ORDER BY 1")).toEqual([2, 3, 4]);
});

test("the steps of a resource see marked rows too", async () => {
  const p = localPipeline();
  await p.run(
    resource("events", [withTableName({ id: 1 }, "first"), withTableName([{ id: 2 }], "second")]).map((row) => ({ ...row, seen: true })),
  );
  expect(await query(p, "SELECT f.seen AS first, s.seen AS second FROM first f, second s")).toEqual([{ first: true, second: true }]);
});

describe("withHints", () => {
  test("changes the hints of a table from its item on", async () => {
    const p = localPipeline();
    await p.run(
      resource("prices", [withHints({ id: 1, price: "1.50" }, { columns: { price: { dataType: "decimal" } } }), { id: 2, price: "2.25" }]),
    );
    expect(await values(p, "SELECT sum(price)::text FROM prices")).toEqual(["3.750000000"]);
  });

  test("with null as item gives only hints", async () => {
    const p = localPipeline();
    await p.run(
      resource("prices", function* () {
        yield withHints(null, { columns: { price: { dataType: "decimal" } }, primaryKey: "id" });
        yield { id: 1, price: "1.50" };
      }),
    );
    expect(await values(p, "SELECT price::text FROM prices")).toEqual(["1.500000000"]);
    expect(p.defaultSchema?.tables["prices"]?.columns["id"]).toMatchObject({ primary_key: true });
  });

  test("with a table name gives that table its hints", async () => {
    const p = localPipeline();
    await p.run(
      resource("events", function* () {
        yield withHints([{ id: "1" }], { tableName: "numbers", columns: { id: { dataType: "bigint" } } });
        yield { id: "1" };
      }),
    );
    expect(await query(p, "SELECT typeof(n.id) AS numbers, typeof(e.id) AS events FROM numbers n, events e")).toEqual([
      { numbers: "BIGINT", events: "VARCHAR" },
    ]);
  });
});

describe("names of tables", () => {
  test("are those of the naming convention", async () => {
    const p = localPipeline();
    await p.run([{ UserId: 1, "full name": "Ada" }], { tableName: "AppUsers" });
    expect(await query(p, "SELECT user_id, full_name FROM app_users")).toEqual([{ user_id: 1, full_name: "Ada" }]);
  });

  test.each([
    ["a function that gives an empty text", resource("events", { tableName: () => "" }, events)],
    ["a function that gives nothing", resource("events", { tableName: (() => undefined) as unknown as () => string }, events)],
    ["an empty mark", resource("events", [withTableName(events, "")])],
  ])("from %s are refused with the name of the resource", async (_, broken) => {
    const p = localPipeline();
    const error = await failure(() => p.run(broken));
    expect(error).toMatchObject({ code: "resource-failed", resource: "events" });
    expect(String(error)).toContain("table");
    expect(p.hasPendingData).toBe(false);
  });
});
