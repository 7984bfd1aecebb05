import type { ArrowData, Decimal, PlainDate, Relation, TableName, TableRow } from "leat";
import { current, pipeline } from "leat";
import { describe, expectTypeOf, it } from "vitest";

// As generated types will do it. It holds for all files that are checked together: hence the names.
declare module "leat" {
  interface Datasets {
    typed_chess: {
      typed_games: { uuid: string; rating: number | null; end_time: Date; day: PlainDate; fee: Decimal };
      typed_games__tags: { value: string };
    };
    typed_app: { typed_comments: { _id: number; user_id: string; text: string | null } };
  }
}

const p = pipeline({ name: "chess", datasetName: "typed_chess" });
const games = p.dataset().table("typed_games");

describe("a dataset with generated types", () => {
  it("knows its tables and their columns", async () => {
    expectTypeOf(p.dataset().name).toEqualTypeOf<"typed_chess">();
    expectTypeOf<TableName<"typed_chess">>().toEqualTypeOf<"typed_games" | "typed_games__tags">();
    expectTypeOf<TableRow<"typed_chess", "typed_games">["fee"]>().toEqualTypeOf<Decimal>();
    // @ts-expect-error no such table
    p.dataset().table("typed_game");
    // @ts-expect-error no such column
    games.where("ratin", ">", 1);
    // @ts-expect-error no such column
    games.select("uuid", "elo");
    // @ts-expect-error no such column
    await games.max("elo");
    // @ts-expect-error no such column
    games.orderBy("elo");
  });

  it("compares a column with its own type", () => {
    games.where("rating", ">", 1500).where("rating", "=", null).where("rating", "in", [1, 2n]);
    // @ts-expect-error other type
    games.where("rating", ">", "1");
    // @ts-expect-error `in` takes a list
    games.where("uuid", "in", "a");
    // @ts-expect-error no order with null
    games.where("rating", ">", null);
    // @ts-expect-error no such operator
    games.where("rating", "==", 1);
  });

  it("gives typed rows and values", async () => {
    expectTypeOf(await games.where("rating", ">", 1500).max("rating")).toEqualTypeOf<number | null>();
    expectTypeOf(await games.where("uuid", "in", ["a", "b"]).min("end_time")).toEqualTypeOf<Date | null>();
    expectTypeOf(await games.select("uuid", "rating").orderBy("rating", "desc").limit(10).fetchAll()).toEqualTypeOf<
      { uuid: string; rating: number | null }[]
    >();
    expectTypeOf(await games.select("day").fetchOne()).toEqualTypeOf<{ day: PlainDate } | undefined>();
    for await (const row of games) expectTypeOf(row.fee).toEqualTypeOf<Decimal>();
    for await (const rows of games.batches(100)) expectTypeOf(rows[0]?.end_time).toEqualTypeOf<Date | undefined>();
    expectTypeOf(await games.count()).toEqualTypeOf<number>();
    expectTypeOf(games.toSql()).toEqualTypeOf<string>();
  });

  it("knows the columns that a join brings, under the name of their table", async () => {
    const joined = games.join("typed_games__tags");
    const row = await joined.fetchOne();
    expectTypeOf(row!.typed_games__tags__value).toEqualTypeOf<string>();
    expectTypeOf(row!.uuid).toEqualTypeOf<string>();
    expectTypeOf(await joined.select("uuid", "typed_games__tags__value").fetchAll()).toEqualTypeOf<
      { uuid: string; typed_games__tags__value: string }[]
    >();
    expectTypeOf(await joined.max("typed_games__tags__value")).toEqualTypeOf<string | null>();
    games.join("typed_games", ["uuid", "uuid"]).where("typed_games__rating", ">", 5);
    const exact = await p.dataset({ integers: "bigint" }).table("typed_games__tags").join("typed_games").fetchOne();
    expectTypeOf(exact!.typed_games__rating).toEqualTypeOf<number | bigint | null>();
    // @ts-expect-error no such table
    games.join("typed_tags");
    // @ts-expect-error no such column to join by
    games.join("typed_games__tags", ["elo", "value"]);
    // @ts-expect-error a column of the other table has its prefix
    joined.where("value", "=", "x");
  });

  it("gives Arrow tables", async () => {
    expectTypeOf(await games.arrow()).toEqualTypeOf<ArrowData>();
  });

  it("says that integers may be bigint where they are read as such", async () => {
    const row = await p.dataset({ integers: "bigint" }).table("typed_games").fetchOne();
    expectTypeOf(row!.rating).toEqualTypeOf<number | bigint | null>();
    expectTypeOf(row!.uuid).toEqualTypeOf<string>();
    // @ts-expect-error no such way to read integers
    p.dataset({ integers: "number" });
  });

  it("is reached from a resource by the names of its tables, or by its own", async () => {
    const table = current.pipeline().dataset().table("typed_comments");
    const maxId = (await table.where("user_id", "=", "a").max("_id")) ?? 0;
    expectTypeOf(maxId).toEqualTypeOf<number>();
    // @ts-expect-error no such column
    table.where("userid", "=", "a");
    // @ts-expect-error no such table
    current.pipeline<"typed_app">().dataset().table("typed_games");
  });
});

describe("a dataset without generated types", () => {
  const table = pipeline({ name: "x", datasetName: "somewhere" }).dataset().table("whatever");

  it("takes every name", async () => {
    expectTypeOf(await table.fetchOne()).toEqualTypeOf<Record<string, unknown> | undefined>();
    for await (const row of table.select("a", "b").orderBy("a", "desc").limit(3)) expectTypeOf(row.a).toEqualTypeOf<unknown>();
    current.pipeline().dataset().table("of_another_project").where("x", "=", 1);
  });

  it("joins whatever there is", async () => {
    const joined = table.join("y").join("z", ["a", "b"]);
    expectTypeOf((await joined.select("y__a").fetchOne())!.y__a).toEqualTypeOf<unknown>();
    expectTypeOf(await joined.max("z__b")).toEqualTypeOf<unknown>();
    const largest: number | null = await joined.max("z__b");
    expectTypeOf(largest).toEqualTypeOf<number | null>();
  });

  it("gives a largest value of the type it is used as", async () => {
    const maxId: number = (await table.where("user_id", "=", 5).max("_id")) ?? 0;
    expectTypeOf(maxId).toEqualTypeOf<number>();
    expectTypeOf(await table.max("x")).toEqualTypeOf<unknown>();
  });

  it("trusts the row type of a query that is given", async () => {
    const query = p.dataset().sql<{ n: number }>`select count(*) as n from ${table} where id > ${3}`;
    expectTypeOf(query).toEqualTypeOf<Relation<{ n: number }, "typed_chess">>();
    expectTypeOf(await query.fetchOne()).toEqualTypeOf<{ n: number } | undefined>();
  });
});
