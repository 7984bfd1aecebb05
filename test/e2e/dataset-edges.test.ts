import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { type Pipeline, PlainDate, PlainDateTime, PlainTime, resource, Timestamp } from "../../src/index.ts";
import { type TestDestination, testDestinations } from "../destinations.ts";
import { type DatasetWorld, datasetWorld } from "./dataset-world.ts";
import { failure } from "./local-pipeline.ts";

const people = [
  { id: 1, age: 36, name: "Ada", isOk: true, never: null as number | null },
  { id: 2, age: null, name: null, isOk: null, never: null as number | null },
  { id: 3, age: 20, name: "Cyd", isOk: false, never: null as number | null },
];

async function loaded(destination: TestDestination): Promise<{ readonly world: DatasetWorld; readonly p: Pipeline }> {
  const world = await datasetWorld(destination);
  const p = world.pipeline();
  await p.run(resource("people", { columns: { never: { dataType: "bigint" } } }, people));
  return { world, p };
}

describe.each(testDestinations)("reading at its edges, on $name", (destination) => {
  const hasNoLists = destination.name === "sqlite";

  test("largest and smallest leave out null; of nothing but null, and of no rows, they are null", async () => {
    const { p } = await loaded(destination);
    const table = p.dataset().table("people");
    expect([await table.max("age"), await table.min("age"), await table.max("name"), await table.min("name")]).toEqual([
      36,
      20,
      "Cyd",
      "Ada",
    ]);
    expect([await table.max("never"), await table.where("id", ">", 9).min("age"), await table.where("id", ">", 9).count()]).toEqual([
      null,
      null,
      0,
    ]);
    expect([await table.orderBy("age", "desc").limit(2).max("id"), await table.limit(0).count(), await table.limit(0).max("id")]).toEqual([
      3,
      0,
      null,
    ]);
    expect(await table.where("id", "=", 1).select("name").max("name")).toBe("Ada");
  });

  test("an empty table has no rows, and no batches", async () => {
    const { p } = await loaded(destination);
    await p.run(resource("people", { writeDisposition: "replace" }, []));
    const table = p.dataset().table("people");
    expect([await table.count(), await table.fetchAll(), await table.fetchOne(), await table.max("id")]).toEqual([0, [], undefined, null]);
    for await (const rows of table.batches()) expect(rows).toBeUndefined();
    expect(await p.dataset().rowCounts()).toEqual({ people: 0 });
  });

  test("a table that is dropped meanwhile is missing from then on; one that changed is read as it is", async () => {
    const { p } = await loaded(destination);
    const table = p.dataset().table("people");
    expect(await table.count()).toBe(3);
    await using sql = p.sqlClient();
    await sql.execute("alter table people add column later varchar");
    expect(await table.where("id", "=", 1).fetchOne()).toMatchObject({ later: null });
    await sql.execute("drop table people");
    for (const call of [
      () => table.count(),
      () => table.fetchOne(),
      () => table.limit(1).fetchAll(),
      () => table.join("_dlt_loads").fetchAll(),
    ])
      expect(await failure(call)).toMatchObject({ code: "undefined-relation", relation: "people" });
    expect(await p.dataset().rowCounts()).toEqual({});
  });

  test("of the tables that SQL names, and those put into it, the missing one is told", async () => {
    const { p } = await loaded(destination);
    const people = p.dataset().table("people");
    const missing = { code: "undefined-relation", relation: "nope" };
    expect(await failure(() => p.dataset().sql`select * from ${people} as a, nope`.fetchAll())).toMatchObject(missing);
    expect(await failure(() => p.dataset().sql`select 1 as n from ${people}, nope`.where("n", "=", 1).count())).toMatchObject(missing);
    expect(await failure(() => p.dataset().sql`select * from ${p.dataset().table("nope")}, people`.fetchAll())).toMatchObject(missing);
  });

  test("a column that is missing is a refused statement that names it", async () => {
    const { p } = await loaded(destination);
    const table = p.dataset().table("people");
    for (const call of [
      () => table.select("no_such").fetchAll(),
      () => table.where("no_such", "=", 1).count(),
      () => table.orderBy("no_such").fetchOne(),
    ])
      expect(await failure(call)).toMatchObject({ code: "unsupported", message: expect.stringContaining("no_such") });
  });

  test("names are what they are: quotes, dots, spaces, cases, other scripts, and what would be SQL", async () => {
    const { p } = await loaded(destination);
    const names = [
      '"; drop table people; --',
      "'",
      '"',
      "a.b",
      "Ä ö",
      "数量",
      "select",
      "x as y",
      "$1",
      "?",
      "%s",
      "\\",
      "constructor",
      "__proto__",
    ];
    const tableName = 'Odd; -- "table"';
    await using sql = p.sqlClient();
    const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`);
    await sql.execute(`create table ${sql.qualifiedName(tableName)} (${quoted.map((name) => `${name} bigint`).join(", ")})`);
    const placeholders = names.map((_, index) => `$${index + 1}`).join(", ");
    await sql.execute(`insert into ${sql.qualifiedName(tableName)} values (${placeholders})`, [...names.keys()]);
    const table = p.dataset().table(tableName);
    for (const [index, name] of names.entries()) {
      const chosen = table.where(name, "=", index).orderBy(name, "desc").select(name);
      expect(Object.entries((await chosen.fetchOne()) ?? {})).toEqual([[name, index]]);
      expect(await table.max(name)).toBe(index);
      expect(Object.entries((await sql.query(chosen.toSql()))[0] ?? {})).toEqual([[name, index]]);
    }
    const expected = names.map((name, index) => [name, index]);
    expect(Object.entries((await table.fetchOne()) ?? {})).toEqual(expected);
    for await (const row of table) expect(Object.entries(row)).toEqual(expected);
    const joined = await table.join("people", ["'", "id"]).fetchOne();
    expect(Object.entries(joined ?? {})).toEqual(expect.arrayContaining(expected));
    const injected = "'; drop table people; --";
    expect(await p.dataset().sql`select count(*) as n from ${table} where ${injected} = ${injected}`.fetchOne()).toEqual({ n: 1 });
    expect(await p.dataset().rowCounts()).toEqual({ [tableName]: 1, people: 3 });
  });

  test("columns that come twice from SQL get numbers", async () => {
    const { p } = await loaded(destination);
    const rows = p.dataset().sql`select a.id, b.id from people a join people b on a.id = b.id where a.id = 1`;
    expect(await rows.fetchAll()).toEqual([{ id: 1, "id:1": 1 }]);
  });

  test.skipIf(hasNoLists)("parameters may be lists, JSON, and null; a list of ids may be long", async () => {
    const { p } = await loaded(destination);
    const dataset = p.dataset();
    const people = dataset.table("people");
    const ids = async (list: readonly unknown[]) =>
      (await dataset.sql`select id from ${people} where id = any(${list}) order by id`.fetchAll()).map((row) => row["id"]);
    expect(await ids([1, 3, 9])).toEqual([1, 3]);
    expect(await ids([1n, 2n])).toEqual([1, 2]);
    const named = dataset.sql`select id from ${people} where name = any(${["Ada", "it's", null]})`;
    expect(await named.fetchAll()).toEqual([{ id: 1 }]);
    const many = Array.from({ length: 60_000 }, (_, index) => index + 2);
    expect(await people.where("id", "in", many).count()).toBe(2);
    expect(await people.where("id", "not in", many).count()).toBe(1);
    const days = [PlainDate.from("2024-01-02")];
    expect(await dataset.sql`select ${PlainDate.from("2024-01-02")}::date = any(${days}::date[]) as found`.fetchOne()).toEqual({
      found: true,
    });
    for (const list of [[], [null]])
      expect(await dataset.sql`select cast(${list} as bigint[]) is null as missing`.fetchOne()).toEqual({ missing: false });
    expect(await ids([])).toEqual([]);
    expect(await ids([null, 3])).toEqual([3]);
    expect(await ids([1, 2n ** 62n])).toEqual([1]);
    const age = (list: readonly unknown[]) =>
      dataset.sql`select id from ${people} where cast(age as double precision) = any(${list})`.fetchAll();
    expect(await age([1, 36, 2.5])).toEqual([{ id: 1 }]);
    const cents = (list: readonly unknown[]) =>
      dataset.sql`select id from ${people} where cast(age as decimal(20, 4)) = any(${list})`.fetchAll();
    expect(await cents([new Decimal("0.5"), new Decimal("36.0000"), new Decimal("20.001")])).toEqual([{ id: 1 }]);
  });

  test("compares columns of dates and times without a zone with such values", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    const row = {
      day: PlainDate.from("2024-02-29"),
      at: PlainDateTime.from("2024-02-29T01:02:03.000004"),
      clock: PlainTime.from("01:02:03.000004"),
    };
    await p.run(resource("moments", { columns: { at: { dataType: "timestamp", timezone: false } } }, [{ id: 1, ...row }]));
    const table = p.dataset().table("moments");
    for (const [column, value] of Object.entries(row)) {
      expect(await table.where(column, "=", value).select("id").fetchAll()).toEqual([{ id: 1 }]);
      expect(await table.where(column, "in", [value]).count()).toBe(1);
      expect(await table.where(column, "<", value).count()).toBe(0);
      expect(await table.max(column)).toEqual(value);
      await using sql = p.sqlClient();
      expect(await sql.query(table.where(column, "<=", value).select("id").toSql())).toEqual([{ id: 1 }]);
    }
  });

  test("JSON columns are compared by content, and read as text", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    await p.run(
      resource("events", { columns: { meta: { dataType: "json" } } }, [
        { id: 1, meta: { kind: "a", n: 2n ** 60n } },
        { id: 2, meta: null },
      ]),
    );
    const dataset = p.dataset();
    const table = dataset.table("events");
    expect(await table.where("meta", "=", null).select("id").fetchAll()).toEqual([{ id: 2 }]);
    expect((await table.where("id", "=", 1).fetchOne())?.["meta"]).toMatch(/"n": ?1152921504606846976/);
    expect(await dataset.sql`select id from ${table} where meta->>'kind' = ${"a"}`.fetchAll()).toEqual([{ id: 1 }]);
  });

  test.skipIf(hasNoLists)("sums and lists of integers beyond 2^53 are refused too, unless they are asked for", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    await p.run(resource("big", [{ id: 2n ** 60n }, { id: 1 }]));
    const lists = (dataset: ReturnType<Pipeline["dataset"]>) => dataset.sql`select array_agg(id order by id) as ids from big`;
    expect(await failure(() => lists(p.dataset()).fetchAll())).toMatchObject({ code: "inexact-integer", column: "ids" });
    expect(await lists(p.dataset({ integers: "bigint" }) as never).fetchOne()).toEqual({ ids: [1, 2n ** 60n] });
    const sum = (await p.dataset({ integers: "bigint" }).sql<{ s: unknown }>`select sum(id) as s from big`.fetchOne())?.s;
    expect(new Decimal(String(sum)).toFixed()).toBe("1152921504606846977");
  });

  test("several schemas are read from their one dataset", async () => {
    const { p } = await loaded(destination);
    await p
      .run(
        resource("orders", { references: [{ referencedTable: "people", columns: ["person"], referencedColumns: ["id"] }] }, [
          { id: 1, person: 3 },
        ]),
        {
          schema: { name: "shop" } as never,
        },
      )
      .catch(async () => p.run(resource("orders", [{ id: 1, person: 3 }])));
    expect(await p.dataset().rowCounts()).toEqual({ orders: 1, people: 3 });
    expect(await p.dataset().table("orders").join("people", ["person", "id"]).select("people__name").fetchAll()).toEqual([
      { people__name: "Cyd" },
    ]);
  });

  test("a resource sees what is committed, not what it yields; its rows may be those of a relation", async () => {
    const { p } = await loaded(destination);
    const seen: number[] = [];
    const more = resource("people", async function* () {
      yield { id: 4, age: 1, name: "Dan", isOk: true, never: null };
      seen.push(await p.dataset().table("people").count());
    });
    await p.run(more);
    expect([...seen, await p.dataset().table("people").count()]).toEqual([3, 4]);
    await p.run(resource("copies", () => p.dataset().table("people").select("id", "name") as never));
    expect(await p.dataset().table("copies").count()).toBe(4);
  });

  test("values keep their type and every digit: timestamps of all years, decimals, small numbers", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    const rows = [
      { id: 1, at: Timestamp.from("0001-01-01T00:00:00Z"), day: PlainDate.from("0001-01-01"), x: 5e-324, n: -(2 ** 53) + 1 },
      { id: 2, at: Timestamp.from("9999-12-31T23:59:59.999999Z"), day: PlainDate.from("9999-12-31"), x: 1.7976931348623157e308, n: 0 },
      { id: 3, at: Timestamp.from("1970-01-01T00:00:00.000001Z"), day: null, x: -1e-7, n: 2 ** 53 - 1 },
    ];
    await p.run(resource("values", { columns: { x: { dataType: "double" } } }, rows));
    expect(await p.dataset().table("values").select("id", "at", "day", "x", "n").orderBy("id").fetchAll()).toEqual(rows);
  });
});
