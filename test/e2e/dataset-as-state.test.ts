import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { current, LeatError, type Pipeline, resource, UndefinedRelationError } from "../../src/index.ts";
import { testDestinations } from "../destinations.ts";
import { datasetWorld } from "./dataset-world.ts";
import { failure } from "./local-pipeline.ts";

interface Comment {
  _id: number;
  user_id: string;
  text: string;
}

function commentsOf(userId: string, ids: readonly number[]): Comment[] {
  return ids.map((id) => ({ _id: id, user_id: userId, text: `comment ${id}` }));
}

/** The example of the design, as it is printed there. */
function userComments(api: (userId: string) => readonly Comment[]) {
  return (userId: string) =>
    resource("user_comments", { primaryKey: "_id" }, async function* () {
      const p = current.pipeline();
      let maxId = 0;
      if (!p.firstRun) {
        const t = p.dataset().table("user_comments");
        maxId = (await t.where("user_id", "=", userId).max("_id")) ?? 0;
      }
      for (const row of api(userId)) if (row._id > maxId) yield row;
    });
}

async function idsIn(p: Pipeline): Promise<unknown[]> {
  return (await p.dataset().table("user_comments").select("_id").orderBy("_id").fetchAll()).map((row) => row["_id"]);
}

describe.each(testDestinations)("loaded data as state, on $name", (destination) => {
  test("S31 a resource reads the largest loaded id through current.pipeline().dataset()", async () => {
    const world = await datasetWorld(destination);
    const seen: unknown[] = [];
    const comments = resource("user_comments", async function* () {
      const table = current.pipeline().dataset().table("user_comments");
      if (!current.pipeline().firstRun) seen.push(await table.max("_id"));
      yield commentsOf("ada", [1, 2, 3]);
    });
    await world.pipeline().run(comments);
    await world.pipeline().run(comments);
    expect(seen).toEqual([3]);
  });

  test("S31 the SQL client of a running resource sees the same data, and the state as of the last commit is there", async () => {
    const world = await datasetWorld(destination);
    const seen: unknown[] = [];
    const comments = resource("user_comments", async function* () {
      const { firstRun, state, name, datasetName } = current.pipeline();
      if (!firstRun) {
        const sql = current.pipeline().sqlClient();
        seen.push(await sql.query('SELECT max("_id") AS max FROM user_comments'), state.sources?.["social"]?.resources);
        await sql.close();
      }
      seen.push(firstRun, name, datasetName);
      current.resourceState<{ runs?: number }>().runs = 1;
      yield commentsOf("ada", [1, 2]);
    });
    await world.pipeline().run(comments);
    await world.pipeline().run(comments);
    expect(seen).toEqual([true, "social", "social_data", [{ max: 2 }], { user_comments: { runs: 1 } }, false, "social", "social_data"]);
  });

  test("S32 the known ids of a batch are found with one query per batch", async () => {
    const world = await datasetWorld(destination);
    const comments = (ids: readonly number[]) =>
      resource("user_comments", async function* () {
        const table = current.pipeline().dataset().table("user_comments").select("_id");
        for (let at = 0; at < ids.length; at += 100) {
          const batch = commentsOf("ada", ids.slice(at, at + 100));
          const known = new Set(
            (
              await table
                .where(
                  "_id",
                  "in",
                  batch.map((row) => row._id),
                )
                .fetchAll()
            ).map((row) => row["_id"]),
          );
          yield batch.filter((row) => !known.has(row._id));
        }
      });
    await world.pipeline().run(commentsOf("ada", numbers(1, 150)), { tableName: "user_comments" });
    world.queries.length = 0;
    const info = await world.pipeline().run(comments(numbers(101, 400)));
    expect(world.queries).toHaveLength(3);
    expect(info.rowCounts["user_comments"]).toBe(250);
    expect(await idsIn(world.pipeline())).toEqual(numbers(1, 400));
  });

  test("S33 the comments example: two runs give three rows", async () => {
    const world = await datasetWorld(destination);
    const comments = userComments((userId) => commentsOf(userId, [1, 2, 3]));
    const first = await world.pipeline().run(comments("ada"));
    const second = await world.pipeline().run(comments("ada"));
    expect([first.rowCounts["user_comments"], second.rowCounts["user_comments"]]).toEqual([3, undefined]);
    expect(await idsIn(world.pipeline())).toEqual([1, 2, 3]);
  });

  test("S34 an unknown table is an UndefinedRelationError that names it, in a resource and outside, for every way to run a query", async () => {
    const world = await datasetWorld(destination);
    const seen: unknown[] = [];
    const caught = resource("user_comments", async function* () {
      try {
        await current.pipeline().dataset().table("user_comments").max("_id");
      } catch (error) {
        if (!(error instanceof UndefinedRelationError)) throw error;
        seen.push(error.relation);
      }
      yield commentsOf("ada", [1]);
    });
    await world.pipeline().run(caught);
    expect(seen).toEqual(["user_comments"]);
    const table = world.pipeline().dataset().table("no_such");
    const readAll = async () => {
      for await (const row of table) expect(row).toBeUndefined();
    };
    const calls = [() => table.max("a"), () => table.count(), () => table.fetchAll(), () => table.fetchOne(), readAll];
    calls.push(
      () => table.limit(1).where("a", "=", 1).fetchAll(),
      () => world.pipeline().dataset().sql`select * from ${table}`.fetchAll(),
    );
    for (const call of calls) {
      expect(await failure(call)).toMatchObject({
        code: "undefined-relation",
        relation: "no_such",
        destination: destination.name,
        message: `\`no_such\` does not exist in \`${destination.name}\`. Load it first, or check its name.`,
      });
    }
  });

  test("S34 an unknown table that nobody catches is the cause of the failed step", async () => {
    const world = await datasetWorld(destination);
    const careless = resource("user_comments", async function* () {
      yield { _id: await current.pipeline().dataset().table("user_comments").count() };
    });
    const error = await failure(() => world.pipeline().run(careless));
    expect(error).toMatchObject({ code: "undefined-relation", relation: "user_comments" });
  });

  test("S35 the largest value of some rows: SQL to look at, and the value", async () => {
    const world = await datasetWorld(destination);
    await world.pipeline().run([...commentsOf("ada", [1, 5]), ...commentsOf("bob", [9])], { tableName: "user_comments" });
    const ada = world.pipeline().dataset().table("user_comments").where("user_id", "=", "ada");
    expect(ada.toSql()).toBe(`select * from "social_data"."user_comments" where "user_id" = 'ada'`);
    world.queries.length = 0;
    expect(await ada.max("_id")).toBe(5);
    const rows = `from "social_data"."user_comments" where "user_id" = $1`;
    // What SQLite computes has no type, and not all of its decimals have an order: it is asked whether the column holds decimals.
    expect(world.queries).toEqual(
      destination.name === "sqlite"
        ? [
            `select "_id" from "social_data"."user_comments" limit 0`,
            `select "_id" ${rows} and "_id" is not null order by "_id" desc nulls last limit 1`,
          ]
        : [`select max("_id") as "max" ${rows}`],
    );
    expect(await ada.min("_id")).toBe(1);
    expect(await ada.max("text")).toBe("comment 5");
  });

  test("S36 the largest value of no rows is null", async () => {
    const world = await datasetWorld(destination);
    await world.pipeline().run(commentsOf("ada", [1]), { tableName: "user_comments" });
    const table = world.pipeline().dataset().table("user_comments");
    expect(await table.where("user_id", "=", "nobody").max("_id")).toBeNull();
    expect(await table.limit(0).min("_id")).toBeNull();
    expect(await table.where("_id", "in", []).count()).toBe(0);
  });

  test("S37 firstRun is true until a load has succeeded, and then there is no dataset", async () => {
    const world = await datasetWorld(destination);
    const seen: boolean[] = [];
    const comments = resource("user_comments", async function* () {
      const p = current.pipeline();
      seen.push(p.firstRun);
      if (p.firstRun) {
        expect(await failure(() => p.dataset().table("user_comments").count())).toMatchObject({ code: "undefined-relation" });
        expect(await failure(() => p.dataset().rowCounts())).toMatchObject({ code: "undefined-relation", relation: "social_data" });
        expect(await failure(() => p.dataset().loads())).toMatchObject({ code: "undefined-relation", relation: "_dlt_loads" });
      }
      yield commentsOf("ada", [1]);
    });
    expect(world.pipeline().firstRun).toBe(true);
    await world.pipeline().extract(comments);
    await world.pipeline().normalize();
    expect(world.pipeline().firstRun).toBe(true);
    await world.pipeline().load();
    expect(world.pipeline().firstRun).toBe(false);
    await world.pipeline().run(comments);
    world.wipe();
    const restored = world.pipeline();
    expect(restored.firstRun).toBe(true);
    await restored.run(comments);
    expect(restored.firstRun).toBe(false);
    expect(seen).toEqual([true, false, false]);
  });

  test("S37 a failed run leaves a first run", async () => {
    const world = await datasetWorld(destination);
    const broken = resource("user_comments", async function* () {
      yield commentsOf("ada", [1]);
      throw new Error("the API is down");
    });
    await failure(() => world.pipeline().run(broken));
    expect(world.pipeline().firstRun).toBe(true);
    const comments = userComments((userId) => commentsOf(userId, [1]));
    expect((await world.pipeline().run(comments("ada"))).firstRun).toBe(true);
    expect(await idsIn(world.pipeline())).toEqual([1]);
  });

  test("S38 the third run appends exactly the new item", async () => {
    const world = await datasetWorld(destination);
    const ids = [1, 2, 3];
    const comments = userComments((userId) => commentsOf(userId, ids));
    await world.pipeline().run(comments("ada"));
    await world.pipeline().run(comments("ada"));
    ids.push(7);
    const third = await world.pipeline().run(comments("ada"));
    expect(third.rowCounts["user_comments"]).toBe(1);
    expect(await idsIn(world.pipeline())).toEqual([1, 2, 3, 7]);
  });

  test("S38 each user has a newest comment of its own", async () => {
    const world = await datasetWorld(destination);
    const comments = userComments((userId) => commentsOf(userId, userId === "ada" ? [10, 20] : [1, 2]));
    await world.pipeline().run(comments("ada"));
    await world.pipeline().run(comments("bob"));
    expect(await idsIn(world.pipeline())).toEqual([1, 2, 10, 20]);
  });
});

describe.each(testDestinations)("connections of a dataset, on $name", (destination) => {
  test("are closed after each query outside of a run", async () => {
    const world = await datasetWorld(destination);
    const p = world.pipeline();
    await p.run(commentsOf("ada", numbers(1, 20)), { tableName: "user_comments" });
    world.connections.most = 0;
    const table = p.dataset().table("user_comments");
    await table.count();
    expect(world.connections.open).toBe(0);
    await failure(() => table.max("no_such"));
    expect(world.connections.open).toBe(0);
    for await (const row of table) {
      expect(row["user_id"]).toBe("ada");
      expect(world.connections.open).toBe(1);
      break;
    }
    expect(world.connections.open).toBe(0);
    await p.dataset().sql`select 1 as a`.fetchOne();
    await Promise.all(numbers(1, 20).map((id) => table.where("_id", "=", id).fetchOne()));
    expect(world.connections.open).toBe(0);
    expect(world.connections.most).toBeLessThanOrEqual(4);
  });

  test("wait a moment for the next query while resources run, not longer, and are closed before the load", async () => {
    const world = await datasetWorld(destination);
    await world.pipeline().run(commentsOf("ada", [1]), { tableName: "user_comments" });
    const open: number[] = [];
    const comments = resource("user_comments", async function* () {
      const table = current.pipeline().dataset().table("user_comments");
      world.connections.opened = 0;
      for (let time = 0; time < 10; time++) await table.count();
      open.push(world.connections.opened, world.connections.open);
      for (let time = 0; world.connections.open > 0 && time < 1000; time++) await sleep(10);
      open.push(world.connections.open);
      await table.count();
      open.push(world.connections.open);
      yield commentsOf("ada", [2]);
    });
    const openAtSteps: unknown[] = [];
    const p = world.pipeline({
      onEvent: (event) => event.type === "step-completed" && openAtSteps.push([event.step, world.connections.open]),
    });
    await p.run(comments);
    expect(open).toEqual([1, 1, 0, 1]);
    expect(openAtSteps.at(-2)).toEqual(["normalize", 0]);
    expect(world.connections.open).toBe(0);
  });

  test("are as many as needed where rows are read inside of rows", async () => {
    const world = await datasetWorld(destination);
    const p = world.pipeline();
    await p.run(commentsOf("ada", [1, 2]), { tableName: "user_comments" });
    const table = p.dataset().table("user_comments");
    const pairs: unknown[] = [];
    for await (const outer of table.orderBy("_id")) {
      for await (const inner of table.orderBy("_id")) pairs.push([outer["_id"], inner["_id"], await table.count()]);
    }
    expect(pairs).toEqual([
      [1, 1, 2],
      [1, 2, 2],
      [2, 1, 2],
      [2, 2, 2],
    ]);
    expect(world.connections.open).toBe(0);
  });
});

test("an error of a dataset is one of leat", async () => {
  const [destination] = testDestinations;
  const world = await datasetWorld(destination!);
  expect(LeatError.is(await failure(() => world.pipeline().dataset().rowCounts()))).toBe(true);
});

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
