import assert from "node:assert/strict";
import { all, type ConformanceCase, needsSql, needsTransaction } from "./conformance-case.ts";
import { thrownBy } from "./world.ts";

/** Reading and writing with the destination's own SQL. */
export const sqlCases: readonly ConformanceCase[] = [
  {
    name: "sql > rows come whole or in batches, in the order that is asked for",
    skip: needsSql,
    async run(world) {
      const ids = Array.from({ length: 6000 }, (_, id) => id);
      await world.pipeline().run(
        ids.map((id) => ({ id })),
        { tableName: "events" },
      );
      await world.session(async (session) => {
        const sql = `SELECT id FROM ${session.qualifiedName("events")} ORDER BY id`;
        assert.deepEqual(
          (await session.query<{ id: unknown }>(sql)).map(({ id }) => Number(id)),
          ids,
        );
        const batches: number[][] = [];
        for await (const batch of session.batches<{ id: unknown }>(sql, [], 1000)) batches.push(batch.map(({ id }) => Number(id)));
        assert.deepEqual(batches.flat(), ids);
        assert.ok(batches.length > 1, "6000 rows in batches of about 1000 are more than one batch");
      });
    },
  },
  {
    name: "sql > integers that a number cannot hold are bigint, and all are when that is asked for",
    skip: needsSql,
    async run(world) {
      await world.pipeline().run([{ id: 1, big: 9007199254740993n }], { tableName: "events" });
      await world.session(async (session) => {
        const sql = `SELECT id, big FROM ${session.qualifiedName("events")}`;
        assert.deepEqual(
          (await session.query(sql)).map((row) => ({ ...row })),
          [{ id: 1, big: 9007199254740993n }],
        );
        assert.deepEqual(
          (await session.query(sql, [], { integers: "bigint" })).map((row) => ({ ...row })),
          [{ id: 1n, big: 9007199254740993n }],
        );
      });
    },
  },
  {
    name: "sql > a table that is not there is an UndefinedRelationError",
    skip: needsSql,
    async run(world) {
      await world.pipeline().run([{ id: 1 }], { tableName: "events" });
      await world.session(async (session) => {
        const error = await thrownBy(
          () => session.query(`SELECT * FROM ${session.qualifiedName("nothing")}`),
          "reading a table that is not there",
        );
        assert.equal(error.code, "undefined-relation");
      });
    },
  },
  {
    name: "sql > a transaction is committed, or rolled back when it throws",
    skip: all(needsSql, needsTransaction),
    async run(world) {
      await world.pipeline().run(
        [1, 2, 3].map((id) => ({ id })),
        { tableName: "events" },
      );
      await world.session(async (session) => {
        const remove = (id: number) => session.execute(`DELETE FROM ${session.qualifiedName("events")} WHERE id = ${id}`);
        await session.transaction(async () => void (await remove(1)));
        await thrownBy(
          () =>
            session.transaction(async () => {
              await remove(2);
              throw new Error("Rolled back.");
            }),
          "a transaction that throws",
        );
      });
      assert.deepEqual(await world.ids("events"), [2, 3]);
    },
  },
];
