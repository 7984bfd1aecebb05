import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { ConfigError, type Pipeline, resource, Timestamp } from "../../src/index.ts";
import { type TestDestination, typedDestinations } from "../destinations.ts";
import { type DatasetWorld, datasetWorld } from "./dataset-world.ts";
import { failure, localPipeline } from "./local-pipeline.ts";

async function loaded(destination: TestDestination): Promise<{ readonly world: DatasetWorld; readonly p: Pipeline }> {
  const world = await datasetWorld(destination);
  const p = world.pipeline();
  await p.run(
    resource(
      "users",
      [1, 2, 3].map((id) => ({ id, name: `user ${id}` })),
    ),
  );
  return { world, p };
}

describe.each(typedDestinations)("sqlClient(), on $name", (destination) => {
  test("queries and changes tables of the dataset, with parameters of every type", async () => {
    const { p } = await loaded(destination);
    await using sql = p.sqlClient();
    expect(await sql.query<{ id: number }>("select id from users where id > $1 and name <> $2 order by id", [1, "it's"])).toEqual([
      { id: 2 },
      { id: 3 },
    ]);
    expect(await sql.execute("update users set name = $1 where id >= $2", ["'; drop table users; --", 2n])).toEqual({ rowCount: 2 });
    expect(await sql.execute("delete from users where id = $1", [7])).toEqual({ rowCount: 0 });
    const at = Timestamp.from("2024-01-02T03:04:05.123456Z");
    const parameters = [2n ** 62n, new Decimal("1.25"), at, new Uint8Array([0, 255]), null, true];
    const types = [
      "bigint",
      "decimal(10,2)",
      "timestamp with time zone",
      destination.name === "duckdb" ? "blob" : "bytea",
      "text",
      "boolean",
    ];
    const columns = types.map((type, index) => `cast($${index + 1} as ${type}) as c${index}`).join(", ");
    expect(Object.values((await sql.query(`select ${columns}`, parameters))[0] ?? {})).toEqual(parameters);
    expect(await sql.query("select id from users where name = $1 order by id", ["'; drop table users; --"])).toEqual([
      { id: 2 },
      { id: 3 },
    ]);
  });

  test("names tables in full, before and after it connected", async () => {
    const { p } = await loaded(destination);
    await using sql = p.sqlClient();
    expect(sql.qualifiedName('a "b"')).toBe('"social_data"."a ""b"""');
    expect(await sql.query(`select count(*) as n from ${sql.qualifiedName("users")}`)).toEqual([{ n: 3 }]);
    expect(sql.qualifiedName("users")).toBe('"social_data"."users"');
    await sql.transaction(async (tx) =>
      expect(await tx.query(`select count(*) as n from ${tx.qualifiedName("users")}`)).toEqual([{ n: 3 }]),
    );
  });

  test("commits a transaction when its work resolves, and rolls it back when it throws", async () => {
    const { p } = await loaded(destination);
    await using sql = p.sqlClient();
    const count = async () => await p.dataset().table("users").count();
    const seen: number[] = [];
    const result = await sql.transaction(async (tx) => {
      await tx.execute("delete from users where id = $1", [1]);
      seen.push(await count());
      return "done";
    });
    expect([result, ...seen, await count()]).toEqual(["done", 3, 2]);
    const stop = new Error("stop");
    expect(
      await failure(() =>
        sql.transaction(async (tx) => {
          await tx.execute("delete from users");
          throw stop;
        }),
      ),
    ).toBe(stop);
    expect(await count()).toBe(2);
    expect(await sql.query("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("does not say committed when it is not: a statement in it failed, and the work went on", async () => {
    const { p } = await loaded(destination);
    await using sql = p.sqlClient();
    const work = sql.transaction(async (tx) => {
      await tx.execute("delete from users");
      await tx.execute("insert into users (id) values ('x')").catch(() => {});
      return "committed";
    });
    expect(await failure(() => work)).toMatchObject({ code: "unsupported", message: expect.stringMatching(/rolled back|ROLLBACK/) });
    expect(await sql.query("select count(*) as n from users")).toEqual([{ n: 3 }]);
  });

  test("has one transaction at a time, none inside of another, and none after its end", async () => {
    const { p } = await loaded(destination);
    await using sql = p.sqlClient();
    const leaked = await sql.transaction(async (tx) => {
      expect(await failure(() => tx.transaction(async () => {}))).toBeInstanceOf(ConfigError);
      expect(await failure(() => sql.transaction(async () => {}))).toBeInstanceOf(ConfigError);
      await tx.close();
      await tx.execute("delete from users where id = 1");
      return tx;
    });
    expect(await failure(() => leaked.query("select 1"))).toBeInstanceOf(ConfigError);
    expect(await sql.transaction(async (tx) => await tx.query("select count(*) as n from users"))).toEqual([{ n: 2 }]);
  });

  test("connects with the first call, is closed by close(), and connects again", async () => {
    const { p, world } = await loaded(destination);
    const sql = p.sqlClient();
    expect(world.connections.open).toBe(0);
    await sql.query("select 1");
    expect(world.connections.open).toBe(1);
    await sql.close();
    await sql.close();
    expect(world.connections.open).toBe(0);
    expect(await sql.query("select count(*) as n from users")).toEqual([{ n: 3 }]);
    await p[Symbol.asyncDispose]();
    expect(world.connections.open).toBe(0);
  });

  test.runIf(destination.name === "postgres")("says of every call that its connection is lost, until it is closed", async () => {
    const { p } = await loaded(destination);
    await using sql = p.sqlClient();
    const end = "select pg_terminate_backend(pg_backend_pid())";
    const lost = { code: "connection", retryable: true, message: expect.stringContaining("is lost") };
    expect(await failure(() => sql.transaction(async (tx) => [await tx.execute("delete from users"), await tx.query(end)]))).toMatchObject(
      lost,
    );
    expect(await failure(() => sql.query("select 1"))).toMatchObject(lost);
    await sql.close();
    expect(await sql.query("select count(*) as n from users")).toEqual([{ n: 3 }]);
  });

  test("says that it was closed to what goes on in a transaction", async () => {
    const { p } = await loaded(destination);
    const sql = p.sqlClient();
    const interrupted = sql.transaction(async (tx) => [
      await tx.execute("delete from users"),
      await sql.close(),
      await tx.query("select 1"),
    ]);
    expect(await failure(() => interrupted)).toMatchObject({ code: "connection" });
    expect(await sql.query("select count(*) as n from users")).toEqual([{ n: 3 }]);
    await sql.close();
  });

  test("tells a missing table and a statement that is wrong", async () => {
    const { p } = await loaded(destination);
    await using sql = p.sqlClient();
    expect(await failure(() => sql.query("select * from no_such"))).toMatchObject({ code: "undefined-relation", relation: "no_such" });
    expect(await failure(() => sql.execute("delete from no_such"))).toMatchObject({ code: "undefined-relation", relation: "no_such" });
    expect(await failure(() => sql.query("selec 1"))).toMatchObject({ code: "unsupported" });
    expect(await failure(() => sql.query("select no_such from users"))).toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("no_such"),
    });
  });
});

test("a client that could not connect tries again with the next call", async () => {
  const world = await datasetWorld(typedDestinations[0]!);
  let isDown = true;
  const { destination } = world.database;
  const real = destination() as unknown as { open(context: unknown): Promise<unknown> };
  const flaky = { ...real, open: async (context: unknown) => (isDown ? Promise.reject(new Error("down")) : real.open(context)) };
  await using sql = world.pipeline({ destination: flaky as never }).sqlClient();
  expect(await failure(() => sql.query("select 1"))).toMatchObject({ message: "down" });
  isDown = false;
  expect(await sql.query("select 1 as one")).toEqual([{ one: 1 }]);
});

test("closing says nothing of a connection or a destination that could not be had: whoever used it was told", async () => {
  const p = localPipeline({ destination: "no_such" });
  const sql = p.sqlClient();
  const asked = expect(sql.query("select 1")).rejects.toThrow("There is no destination `no_such`");
  await expect(p[Symbol.asyncDispose]()).resolves.toBeUndefined();
  await asked;
});
