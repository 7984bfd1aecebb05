import { describe, expect, test } from "vitest";
import { ConfigError, type Pipeline, resource } from "../../src/index.ts";
import { type TestDestination, testDestinations } from "../destinations.ts";
import { datasetWorld } from "./dataset-world.ts";
import { failure } from "./local-pipeline.ts";

const users = [
  {
    id: 1,
    name: "Ada",
    boss: null,
    addresses: [
      { city: "London", phones: [{ number: "1" }, { number: "2" }] },
      { city: "Paris", phones: [] },
    ],
  },
  { id: 2, name: "Bob", boss: 1, addresses: [{ city: "Oslo", phones: [{ number: "3" }] }] },
  { id: 3, name: "Cyd", boss: 1, addresses: [] },
];

const orders = [
  { id: 10, user_id: 1, payer_id: 2, amount: 5 },
  { id: 11, user_id: 2, payer_id: 2, amount: 7 },
];

async function loaded(destination: TestDestination): Promise<Pipeline> {
  const p = (await datasetWorld(destination)).pipeline();
  await p.run([resource("users", users), referring(), resource("empty", { columns: { id: { dataType: "bigint" } } }, [])]);
  return p;
}

function referring() {
  return resource("orders", { references: [{ referencedTable: "users", columns: ["user_id"], referencedColumns: ["id"] }] }, orders);
}

describe.each(testDestinations)("join, on $name", (destination) => {
  test("puts nested rows beside their parents, under the name of their table", async () => {
    const users = (await loaded(destination)).dataset().table("users");
    const joined = users.join("users__addresses").orderBy("id").orderBy("users__addresses___dlt_list_idx");
    const rows = await joined.select("name", "users__addresses__city").fetchAll();
    expect(rows).toEqual([
      { name: "Ada", users__addresses__city: "London" },
      { name: "Ada", users__addresses__city: "Paris" },
      { name: "Bob", users__addresses__city: "Oslo" },
    ]);
    expect(Object.keys((await joined.fetchOne()) ?? {}).sort()).toEqual(
      ["_dlt_id", "_dlt_load_id", "boss", "id", "name"]
        .concat(["_dlt_id", "_dlt_list_idx", "_dlt_parent_id", "city"].map((column) => `users__addresses__${column}`))
        .sort(),
    );
    expect(await users.join("users__addresses").count()).toBe(3);
    expect(await users.join("users__addresses").max("users__addresses__city")).toBe("Paris");
  });

  test("goes up from a nested table, down two levels at once, and step by step", async () => {
    const dataset = (await loaded(destination)).dataset();
    const upwards = dataset.table("users__addresses__phones").join("users").orderBy("number").select("number", "users__name");
    expect(await upwards.fetchAll()).toEqual([
      { number: "1", users__name: "Ada" },
      { number: "2", users__name: "Ada" },
      { number: "3", users__name: "Bob" },
    ]);
    const down = dataset.table("users").join("users__addresses__phones").orderBy("users__addresses__phones__number");
    expect(await down.select("id", "users__addresses__phones__number").fetchAll()).toEqual([
      { id: 1, users__addresses__phones__number: "1" },
      { id: 1, users__addresses__phones__number: "2" },
      { id: 2, users__addresses__phones__number: "3" },
    ]);
    const steps = dataset.table("users").join("users__addresses").join("users__addresses__phones");
    const found = await steps
      .orderBy("users__addresses__phones__number")
      .select("name", "users__addresses__city", "users__addresses__phones__number")
      .fetchAll();
    expect(found.map((row) => Object.values(row))).toEqual([
      ["Ada", "London", "1"],
      ["Ada", "London", "2"],
      ["Bob", "Oslo", "3"],
    ]);
  });

  test("follows declared references both ways, and the load of a row", async () => {
    const dataset = (await loaded(destination)).dataset();
    const orders = dataset.table("orders").join("users").orderBy("id").select("id", "users__name");
    expect(await orders.fetchAll()).toEqual([
      { id: 10, users__name: "Ada" },
      { id: 11, users__name: "Bob" },
    ]);
    expect(await dataset.table("users").join("orders").max("orders__amount")).toBe(7);
    expect(await dataset.table("orders").join("_dlt_loads").where("_dlt_loads__status", "=", 0).count()).toBe(2);
    const all = dataset.table("orders").join("users").join("users__addresses").select("id", "users__addresses__city");
    expect(await all.orderBy("id").orderBy("users__addresses__city").fetchAll()).toEqual([
      { id: 10, users__addresses__city: "London" },
      { id: 10, users__addresses__city: "Paris" },
      { id: 11, users__addresses__city: "Oslo" },
    ]);
  });

  test("joins by columns that are named, also a table with itself, and SQL", async () => {
    const dataset = (await loaded(destination)).dataset();
    const payers = dataset.table("orders").join("users", ["payer_id", "id"]).orderBy("id").select("id", "users__name");
    expect((await payers.fetchAll()).map((row) => row["users__name"])).toEqual(["Bob", "Bob"]);
    const bosses = dataset.table("users").join("users", ["boss", "id"]).orderBy("id").select("name", "users__name");
    expect(await bosses.fetchAll()).toEqual([
      { name: "Bob", users__name: "Ada" },
      { name: "Cyd", users__name: "Ada" },
    ]);
    const sums = dataset.sql<{ payer: number; n: number }>`select payer_id as payer, count(*) as n from orders group by payer_id`;
    expect(await sums.join("users", ["payer", "id"]).select("n", "users__name").fetchAll()).toEqual([{ n: 2, users__name: "Bob" }]);
  });

  test("keeps what came before it: conditions, order, limit, and what was selected", async () => {
    const users = (await loaded(destination)).dataset().table("users");
    const some = users.where("id", "<", 3).orderBy("id", "desc").select("name").limit(1);
    const expected = { name: "Bob", users__addresses__city: "Oslo" };
    expect(await some.join("users__addresses").fetchAll()).toMatchObject([expected]);
    expect(Object.keys((await some.join("users__addresses").fetchOne()) ?? {})).not.toContain("id");
    expect(await some.join("users__addresses").where("users__addresses__city", "=", "Oslo").limit(2).select("name").fetchAll()).toEqual([
      { name: "Bob" },
    ]);
    expect(await users.orderBy("id", "desc").join("users__addresses").select("id").fetchAll()).toEqual([{ id: 2 }, { id: 1 }, { id: 1 }]);
    expect(await users.where("id", "=", 3).join("users__addresses").fetchAll()).toEqual([]);
    const inSql = await (await loaded(destination)).dataset();
    expect(
      await inSql.sql`select count(*) as n from ${inSql.table("users").join("users__addresses")} as j where ${1} = 1`.fetchOne(),
    ).toEqual({ n: 3 });
  });

  test("is known on a machine that never ran the pipeline, and shows its SQL where it did", async () => {
    const world = await datasetWorld(destination);
    const p = world.pipeline();
    await p.run(resource("users", users));
    const joined = p.dataset().table("users").join("users__addresses__phones").select("name", "users__addresses__phones__number");
    expect(joined.toSql()).toBe(
      `select "name", "users__addresses__phones__number" from (select "rows".*, ` +
        ["number", "_dlt_parent_id", "_dlt_list_idx", "_dlt_id"]
          .map((column) => `"joined"."${column}" as "users__addresses__phones__${column}"`)
          .join(", ") +
        ` from "social_data"."users" as "rows" inner join "social_data"."users__addresses" as "between1" on "rows"."_dlt_id" = "between1"."_dlt_parent_id"` +
        ` inner join "social_data"."users__addresses__phones" as "joined" on "between1"."_dlt_id" = "joined"."_dlt_parent_id") as "rows"`,
    );
    await using client = p.sqlClient();
    const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(await client.query(joined.toSql()))).toEqual(sorted(await joined.fetchAll()));
    world.wipe();
    const elsewhere = world.pipeline().dataset().table("users").join("users__addresses");
    expect(await elsewhere.count()).toBe(3);
    expect(() => elsewhere.toSql()).toThrow(ConfigError);
  });

  test("gives columns with names longer than the database has", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    const column = "a_column_with_a_rather_long_name_of_sixty_bytes_so_it_is_here";
    await p.run(resource("documents", [{ id: 1, details: [{ [column]: 5, [`${column}_`.slice(0, 60)]: 6 }] }]));
    const joined = p.dataset().table("documents").join("documents__details");
    const name = `documents__details__${column}`;
    expect(await joined.where(name, "=", 5).orderBy(name).select("id", name).fetchAll()).toEqual([{ id: 1, [name]: 5 }]);
    expect(await joined.fetchOne()).toMatchObject({ [name]: 5, [`documents__details__${`${column}_`.slice(0, 60)}`]: 6 });
    for await (const rows of joined.batches()) expect(rows[0]?.[name]).toBe(5);
    expect(await joined.max(name)).toBe(5);
  });

  test("refuses with words what the schema does not say, or says twice", async () => {
    const p = await loaded(destination);
    const dataset = p.dataset();
    const message = async (call: () => unknown) => {
      const error = await failure(call);
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    };
    expect(await message(() => dataset.table("orders").join("users__addresses").count())).toMatch(
      /No reference links table `users__addresses` to `orders`/,
    );
    expect(await message(() => dataset.table("users").join("users").count())).toMatch(/No reference links table `users` to `users`/);
    expect(await message(() => dataset.sql`select * from users`.join("users__addresses").count())).toMatch(/to a query in SQL/);
    expect(await message(() => dataset.table("users").join("users__addresses").join("users__addresses"))).toMatch(/is joined already/);
    for (const on of [["id"], "id", ["", "id"], ["id", 5]])
      expect(await message(() => dataset.table("users").join("orders", on as never))).toMatch(/takes a pair of columns/);
    expect(await message(() => dataset.table("users").join(""))).toMatch(/needs the name of a table/);
    const [undefinedRelation, unsupported] = ["undefined-relation", "unsupported"];
    expect(await failure(() => dataset.table("users").join("no_such").count())).toMatchObject({
      code: undefinedRelation,
      relation: "no_such",
    });
    expect(await failure(() => dataset.table("no_such").join("users", ["a", "id"]).fetchAll())).toMatchObject({
      code: undefinedRelation,
      relation: "no_such",
    });
    expect(await failure(() => dataset.table("users").join("orders", ["no_such", "id"]).fetchAll())).toMatchObject({ code: unsupported });
    await p.run(
      resource(
        "orders",
        {
          references: [
            { referencedTable: "users", columns: ["user_id"], referencedColumns: ["id"] },
            { referencedTable: "users", columns: ["payer_id"], referencedColumns: ["id"] },
          ],
        },
        orders,
      ),
    );
    expect(await message(() => dataset.table("orders").join("users").count())).toMatch(
      /Several references link table `users`: \["user_id", "id"\], \["payer_id", "id"\]/,
    );
  });

  test("refuses two columns of one name", async () => {
    const p = (await datasetWorld(destination)).pipeline();
    await p.run([resource("a", [{ id: 1, b: { x: 1 } }]), resource("b", [{ id: 1, x: 2 }])]);
    const error = await failure(() => p.dataset().table("a").join("b", ["id", "id"]).fetchAll());
    expect(error).toMatchObject({ code: "config", message: expect.stringContaining("two columns `b__x`") });
  });
});
