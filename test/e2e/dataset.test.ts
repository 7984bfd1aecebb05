import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { ConfigError, type Pipeline, PlainDate, PlainTime, Timestamp } from "../../src/index.ts";
import { onDuckDb, type TestDestination, testDestinations } from "../destinations.ts";
import { datasetWorld } from "./dataset-world.ts";
import { failure } from "./local-pipeline.ts";

const people = [
  { id: 1, name: "Ada", age: 36, score: 1.5, born: PlainDate.from("1815-12-10"), at: Timestamp.from("2024-01-02T03:04:05.123456Z") },
  { id: 2, name: "Bob's", age: null, score: 3, born: null, at: null },
  { id: 3, name: "Cyd", age: 20, score: -2, born: PlainDate.from("1999-01-01"), at: Timestamp.from("2025-01-01T00:00:00Z") },
];

async function loaded(destination: TestDestination): Promise<Pipeline> {
  const p = (await datasetWorld(destination)).pipeline();
  await p.run(people, { tableName: "people", columns: { score: { dataType: "double" } } });
  return p;
}

describe.each(testDestinations)("a relation, on $name", (destination) => {
  test("filters with every operator", async () => {
    const people = (await loaded(destination)).dataset().table("people");
    const ids = async (relation: typeof people) => (await relation.orderBy("id").fetchAll()).map((row) => row["id"]);
    expect(await ids(people.where("id", "=", 2))).toEqual([2]);
    expect(await ids(people.where("id", "!=", 2))).toEqual([1, 3]);
    expect(await ids(people.where("id", "<", 2))).toEqual([1]);
    expect(await ids(people.where("id", "<=", 2))).toEqual([1, 2]);
    expect(await ids(people.where("id", ">", 2n))).toEqual([3]);
    expect(await ids(people.where("id", ">=", 2))).toEqual([2, 3]);
    expect(await ids(people.where("name", "like", "%b%"))).toEqual([2]);
    expect(await ids(people.where("id", "in", [1, 3, 5]))).toEqual([1, 3]);
    expect(await ids(people.where("id", "not in", [1, 3, 5]))).toEqual([2]);
    expect(await ids(people.where("id", "in", []))).toEqual([]);
    expect(await ids(people.where("id", "not in", []))).toEqual([1, 2, 3]);
    expect(await ids(people.where("age", "=", null))).toEqual([2]);
    expect(await ids(people.where("age", "!=", null))).toEqual([1, 3]);
    expect(await ids(people.where("age", "!=", 36))).toEqual([3]);
    expect(await ids(people.where("id", ">", 1).where("age", "!=", null))).toEqual([3]);
  });

  test("compares with exact values of every type", async () => {
    const people = (await loaded(destination)).dataset().table("people");
    const one = (relation: typeof people) => relation.select("id").fetchAll();
    expect(await one(people.where("name", "=", "Bob's"))).toEqual([{ id: 2 }]);
    expect(await one(people.where("score", "=", 1.5))).toEqual([{ id: 1 }]);
    expect(await one(people.where("score", "<", new Decimal("-1.99")))).toEqual([{ id: 3 }]);
    expect(await one(people.where("born", "=", PlainDate.from("1815-12-10")))).toEqual([{ id: 1 }]);
    expect(await one(people.where("at", "=", Timestamp.from("2024-01-02T03:04:05.123456Z")))).toEqual([{ id: 1 }]);
    expect(await one(people.where("at", ">", new Date("2024-06-01")))).toEqual([{ id: 3 }]);
    expect(await one(people.where("name", "in", ["Ada", "'; drop table people; --"]))).toEqual([{ id: 1 }]);
  });

  test("orders with null last, by one column after the other, and limits", async () => {
    const people = (await loaded(destination)).dataset().table("people").select("age");
    expect(await people.orderBy("age").fetchAll()).toEqual([{ age: 20 }, { age: 36 }, { age: null }]);
    expect(await people.orderBy("age", "desc").fetchAll()).toEqual([{ age: 36 }, { age: 20 }, { age: null }]);
    expect(await people.orderBy("age", "desc").limit(1).fetchAll()).toEqual([{ age: 36 }]);
    expect(await people.orderBy("age").limit(2).limit(5).fetchAll()).toHaveLength(2);
    expect(await people.orderBy("age").fetchOne()).toEqual({ age: 20 });
    expect(await people.limit(0).fetchOne()).toBeUndefined();
  });

  test("goes on after a limit with the rows that it left", async () => {
    const people = (await loaded(destination)).dataset().table("people");
    const two = people.orderBy("id").limit(2);
    expect(await two.max("id")).toBe(2);
    expect(await two.count()).toBe(2);
    expect(await two.where("id", ">", 1).select("id").fetchAll()).toEqual([{ id: 2 }]);
    expect(await two.orderBy("id", "desc").select("id").fetchOne()).toEqual({ id: 2 });
  });

  test("is read row by row and in batches, as often as one likes, and may be left early", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    await p.run(
      Array.from({ length: 5000 }, (_, id) => ({ id })),
      { tableName: "many" },
    );
    const many = p.dataset().table("many").orderBy("id").select("id");
    const sizes: number[] = [];
    for await (const rows of many.batches(2048)) sizes.push(rows.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
    for (let time = 0; time < 2; time++) {
      for await (const row of many) {
        expect(row).toEqual({ id: 0 });
        break;
      }
    }
    expect(await many.count()).toBe(5000);
  });

  test("gives exact values: decimals, timestamps, dates, bytes, and JSON as its text", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    const row = {
      amount: new Decimal("12345678901234567890.123456789"),
      at: Timestamp.from("2024-01-02T03:04:05.123456Z"),
      day: PlainDate.from("2024-01-02"),
      bytes: new Uint8Array([0, 255]),
      isOk: true,
      half: 0.5,
      meta: { b: [1, 2], a: null },
    };
    await p.run([row], { tableName: "values", columns: { meta: { dataType: "json" } } });
    const columns = ["amount", "at", "day", "bytes", "is_ok", "half", "meta"] as const;
    const found = await p
      .dataset()
      .table("values")
      .select(...columns)
      .fetchOne();
    const { isOk, meta, ...same } = row;
    expect(found).toMatchObject({ ...same, is_ok: isOk });
    expect(JSON.parse(String(found?.["meta"]))).toEqual(meta);
  });

  test("refuses an integer that a number cannot hold, and reads it as bigint when asked to", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    await p.run(
      [
        { id: 1, big: 2n ** 60n, half: 2.5 },
        { id: 2, big: 3, half: 4 },
      ],
      { tableName: "big", columns: { half: { dataType: "double" } } },
    );
    const table = p.dataset().table("big");
    const inexact = { code: "inexact-integer", column: "big", destination: destination.name };
    const readAll = async () => {
      for await (const row of table) expect(row).toBeUndefined();
    };
    for (const call of [() => table.fetchAll(), () => table.max("big"), readAll]) expect(await failure(call)).toMatchObject(inexact);
    expect(await table.select("id").orderBy("id").fetchAll()).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await table.min("big")).toBe(3);
    const exact = p.dataset({ integers: "bigint" }).table("big").select("id", "big", "half").orderBy("id");
    const expected = [
      { id: 1n, big: 2n ** 60n, half: 2.5 },
      { id: 2n, big: 3n, half: 4 },
    ];
    expect(await exact.fetchAll()).toStrictEqual(expected);
    for await (const rows of exact.batches()) expect(rows).toStrictEqual(expected);
    expect(await exact.max("id")).toBe(2n);
    expect(await exact.where("big", "=", 2n ** 60n).count()).toBe(1);
  });

  test("shows the statement that gives the same rows", async () => {
    const p = await loaded(destination);
    const people = p.dataset().table("people");
    const chosen = people
      .where("name", "=", "Bob's")
      .where("id", "in", [1, 2n])
      .where("age", "=", null)
      .where("at", "=", null)
      .select("id", "name")
      .orderBy("id", "desc")
      .limit(3);
    expect(chosen.toSql()).toBe(
      `select "id", "name" from "social_data"."people" where "name" = 'Bob''s' and "id" in (1, 2) and "age" is null and "at" is null ` +
        `order by "id" desc nulls last limit 3`,
    );
    expect(chosen.where("id", ">", 0).toSql()).toBe(`select * from (${chosen.toSql()}) as "rows" where "id" > 0`);
    const exact = people.where("at", "=", Timestamp.from("2024-01-02T03:04:05.123456Z")).where("score", "<=", new Decimal("1.5"));
    expect(await exact.count()).toBe(1);
    for (const relation of [chosen, exact, people.where("id", "in", [])]) {
      const sql = p.sqlClient();
      expect(await sql.query(relation.toSql())).toEqual(await relation.fetchAll());
      await sql.close();
    }
  });

  test("shows bytes and times as the destination compares them", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    const row = { clock: PlainTime.from("03:04:05"), bytes: new Uint8Array([0, 255, 39]), amount: new Decimal("12345678901234567890.5") };
    await p.run([{ id: 1, ...row }], { tableName: "odd_values" });
    await using sql = p.sqlClient();
    for (const [column, value] of Object.entries(row)) {
      const chosen = p.dataset().table("odd_values").where(column, "=", value).select("id");
      expect([column, await sql.query(chosen.toSql())]).toEqual([column, [{ id: 1 }]]);
    }
  });

  test("takes names of columns as they are", async () => {
    const p = (await datasetWorld(destination)).pipeline({ naming: "direct" });
    await p.run([{ "a.b as d": 1 }], { tableName: "Odd names" });
    const table = p.dataset().table("Odd names").where("a.b as d", ">", 0);
    expect(await table.select("a.b as d").orderBy("a.b as d").fetchAll()).toEqual([{ "a.b as d": 1 }]);
    expect(await table.max("a.b as d")).toBe(1);
  });
});

describe.each(testDestinations)("sql`...`, on $name", (destination) => {
  test("is a query with parameters, on the dataset's tables", async () => {
    const dataset = (await loaded(destination)).dataset();
    const query = dataset.sql<{ name: string }>`select name from people where id > ${1} and name <> ${"it's"} order by id`;
    expect(await query.fetchAll()).toEqual([{ name: "Bob's" }, { name: "Cyd" }]);
    expect(await query.fetchOne()).toEqual({ name: "Bob's" });
    expect(await dataset.sql`select count(*) as n from people where age = ${null}`.fetchOne()).toEqual({ n: 0 });
    expect(query.toSql()).toBe("select name from people where id > 1 and name <> 'it''s' order by id");
  });

  test("takes a relation as its table, or as the rows that it selects", async () => {
    const dataset = (await loaded(destination)).dataset();
    const people = dataset.table("people");
    expect(await dataset.sql`select max(id) as id from ${people} where id < ${3}`.fetchAll()).toEqual([{ id: 2 }]);
    expect(await dataset.sql`select max(id) as id from ${people.where("id", "<", 3)} as p where id < ${2}`.fetchAll()).toEqual([{ id: 1 }]);
    const inner = dataset.sql`select id from ${people} where id > ${1} -- two of them`;
    expect(await dataset.sql`select count(*) as n from ${inner} as p`.fetchOne()).toEqual({ n: 2 });
  });

  test("goes on like a table", async () => {
    const dataset = (await loaded(destination)).dataset();
    const query = dataset.sql`select id, age from people; -- all
    ;`;
    expect(await dataset.sql`select id, age from people ;`.where("age", "!=", null).orderBy("id", "desc").limit(1).fetchAll()).toEqual([
      { id: 3, age: 20 },
    ]);
    expect(await dataset.sql`select id from people -- a comment`.max("id")).toBe(3);
    expect(await failure(() => query.count())).toMatchObject({ code: "unsupported" });
  });

  test("names a table that is missing", async () => {
    const dataset = (await loaded(destination)).dataset();
    expect(await failure(() => dataset.sql`select * from no_such where id = ${1}`.fetchAll())).toMatchObject({ relation: "no_such" });
  });

  test("does not reach into another dataset by a relation of it", async () => {
    const world = await datasetWorld(destination);
    const [here, there] = [world.pipeline().dataset(), world.pipeline({ datasetName: "other" }).dataset()];
    expect(() => here.sql`select * from ${there.table("people")}`).toThrow(/A relation of dataset `other` cannot be used/);
  });
});

describe.each(testDestinations)("a dataset, on $name", (destination) => {
  test("counts the rows of its tables, without those of the loader", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    await p.run([{ id: 1, tags: ["a", "b"] }, { id: 2 }], { tableName: "posts" });
    await p.run([{ id: 1 }], { tableName: "Users List" });
    expect(await p.dataset().rowCounts()).toEqual({ posts: 2, posts__tags: 2, users_list: 1 });
    expect(await p.dataset({ integers: "bigint" }).rowCounts()).toEqual({ posts: 2, posts__tags: 2, users_list: 1 });
  });

  test("lists its loads, the oldest first", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    const first = await p.run([{ id: 1 }], { tableName: "posts" });
    const second = await p.run([{ id: 2 }], { tableName: "posts" });
    const loads = await p.dataset({ integers: "bigint" }).loads();
    expect(loads.map((load) => load.loadId)).toEqual([...first.loadIds, ...second.loadIds]);
    expect(loads[0]).toMatchObject({ schemaName: "social", insertedAt: expect.any(Date) });
  });

  test("is named as its pipeline says, and found under the name that the destination gives it", async () => {
    const p = (await datasetWorld(destination)).pipeline({ datasetName: "My Data" });
    await p.run([{ id: 1 }], { tableName: "posts" });
    expect(p.dataset().name).toBe("My Data");
    expect(await p.dataset().rowCounts()).toEqual({ posts: 1 });
    expect(p.dataset().table("posts").toSql()).toBe('select * from "my_data"."posts"');
    expect(await p.dataset().table("posts").count()).toBe(1);
  });
});

describe("a mistake in a query", () => {
  const dataset = async () => (await datasetWorld(onDuckDb)).pipeline().dataset();

  test.each<[string, unknown]>([
    ["a value that is undefined", ["id", "=", undefined]],
    ["an operator that does not exist", ["id", "==", 1]],
    ["a list where one value belongs", ["id", "=", [1]]],
    ["one value where a list belongs", ["id", "in", 1]],
    ["null in a list", ["id", "not in", [1, null]]],
    ["an order with null", ["id", ">", null]],
    ["a column without a name", ["", "=", 1]],
  ])("is a ConfigError before anything runs: %s", async (_, condition) => {
    const table = (await dataset()).table("people") as unknown as { where(...condition: unknown[]): unknown };
    expect(() => table.where(...(condition as unknown[]))).toThrow(ConfigError);
  });

  test("is a ConfigError too in other calls", async () => {
    const data = await dataset();
    const table = data.table("people");
    const loose = table as unknown as Record<"limit" | "orderBy" | "batches" | "select", (...values: unknown[]) => unknown>;
    expect(() => data.table("")).toThrow(ConfigError);
    expect(() => loose.limit(-1)).toThrow(ConfigError);
    expect(() => loose.limit("1")).toThrow(ConfigError);
    expect(() => loose.batches(0)).toThrow(ConfigError);
    expect(() => loose.orderBy("id", "up")).toThrow(ConfigError);
    expect(() => loose.select()).toThrow(ConfigError);
    expect(() => data.sql`select ${undefined}`).toThrow(ConfigError);
    expect(() => (data.sql as unknown as (text: string) => unknown)("select 1")).toThrow(/is a tag/);
    expect(
      await failure(() =>
        table
          .where(
            "id",
            "in",
            Array.from({ length: 70_000 }, (_, id) => id),
          )
          .count(),
      ),
    ).toBeInstanceOf(ConfigError);
  });
});
