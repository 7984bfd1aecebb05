import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { resource, withHints, withTableName } from "../../src/index.ts";
import { localPipeline, query, tables, values } from "./local-pipeline.ts";

const users = resource("users", [{ id: 1 }, { id: 2 }, { id: 3 }]);

describe("flatMap", () => {
  test("evaluates promises and thunks that it gives, in order", async () => {
    const p = localPipeline();
    const parts = users.flatMap((row) => [
      async () => {
        await sleep(4 - row.id);
        return { id: row.id, part: "thunk" };
      },
      Promise.resolve({ id: row.id, part: "promise" }),
      { id: row.id, part: "row" },
      () => [{ id: row.id, part: "page" }],
    ]);
    const seen: string[] = [];
    const logged = parts.map((row) => {
      const { id, part } = row as unknown as { id: number; part: string };
      seen.push(`${id} ${part}`);
      return row;
    });
    await p.run(logged);
    expect(seen).toEqual([1, 2, 3].flatMap((id) => [`${id} thunk`, `${id} promise`, `${id} row`, `${id} page`]));
    expect(await values(p, "SELECT count(*) FROM users WHERE part IS NOT NULL")).toEqual([12]);
  });

  test("runs the thunks of a page's rows at the same time", async () => {
    const seen = { now: 0, most: 0 };
    const parts = resource("pages", [[{ id: 1 }, { id: 2 }]]).flatMap(function* ({ id }) {
      for (let part = 0; part < 4; part += 1) {
        yield async () => {
          seen.most = Math.max(seen.most, ++seen.now);
          await sleep(5);
          seen.now -= 1;
          return { id, part };
        };
      }
    });
    await localPipeline({ extract: { maxParallelItems: 6 } }).run(parts);
    expect(seen).toEqual({ now: 0, most: 6 });
  });

  test("sends marked rows to their tables", async () => {
    const p = localPipeline();
    await p.run(
      users.flatMap(({ id }) => [
        { id },
        withTableName({ id, odd: id % 2 === 1 }, "parity"),
        withHints({ id, price: "1.50" }, { tableName: "prices", columns: { price: { dataType: "decimal" } } }),
      ]),
    );
    expect(await tables(p)).toEqual(["parity", "prices", "users"]);
    expect(await query(p, "SELECT sum(price)::text AS price FROM prices")).toEqual([{ price: "4.500000000" }]);
    expect(await values(p, "SELECT id FROM users ORDER BY 1")).toEqual([1, 2, 3]);
    expect(await values(p, "SELECT odd FROM parity ORDER BY id")).toEqual([true, false, true]);
  });
});

describe("map", () => {
  test("sends rows that it marks to their tables", async () => {
    const p = localPipeline();
    await p.run(users.map((row) => (row.id === 2 ? withTableName(row, "second") : row)));
    expect(await values(p, "SELECT id FROM users ORDER BY 1")).toEqual([1, 3]);
    expect(await values(p, "SELECT id FROM second")).toEqual([2]);
  });

  test("gives hints with the rows that it marks, and its table name counts more than the one before", async () => {
    const p = localPipeline();
    const rows = resource("events", [[withTableName({ id: 1, price: "1.50" }, "first")]]);
    await p.run(rows.map((row) => withHints(row, { tableName: "last", columns: { price: { dataType: "decimal" } } })));
    expect(await tables(p)).toEqual(["last"]);
    expect(await values(p, "SELECT price::text FROM last")).toEqual(["1.500000000"]);
  });
});
