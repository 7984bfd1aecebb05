import { afterEach, describe, expect, test } from "vitest";
import { type Pipeline, pipeline, type ReplaceStrategy, resource, UnsupportedError } from "../../src/index.ts";
import { type TestDatabase, testDestinations } from "../destinations.ts";
import { readFixture, untag } from "../fixtures.ts";
import { tempDir } from "../temp-dir.ts";
import { failure } from "./local-pipeline.ts";

interface ReplaceCase {
  readonly destination: string;
  readonly strategy: ReplaceStrategy;
  readonly error?: string;
  readonly rows?: { readonly [table: string]: readonly object[] };
}

const cases = readFixture<readonly ReplaceCase[]>("replace.json");
const batches = [[{ id: 1, l: [1, 2] }], [{ id: 2, l: [3] }]];
const variables = ["DESTINATION__REPLACE_STRATEGY", "DESTINATION__STAGING_DATASET_NAME_LAYOUT", "LOAD__TRUNCATE_STAGING_DATASET"] as const;

afterEach(() => {
  for (const name of variables) delete process.env[name];
});

describe.each(testDestinations)("on $name", ({ name, create }) => {
  const own = cases.filter((each) => each.destination === name);

  test.each(own.filter((each) => each.error === undefined))("as with dlt: $strategy, by the setting", async ({ strategy, rows }) => {
    process.env["DESTINATION__REPLACE_STRATEGY"] = strategy;
    const { database, p } = await shop(create);
    for (const batch of batches) await p.run(resource("items", { writeDisposition: "replace" }, batch));
    expect(await loaded(database)).toEqual(untag(rows));
  });

  test.each(own.filter((each) => each.error === undefined))("the same by the resource: $strategy", async ({ strategy, rows }) => {
    process.env["DESTINATION__REPLACE_STRATEGY"] = "truncate-and-insert";
    const { database, p } = await shop(create);
    for (const batch of batches) await p.run(resource("items", { writeDisposition: { disposition: "replace", strategy } }, batch));
    expect(await loaded(database)).toEqual(untag(rows));
    await p.run(resource("items", { writeDisposition: { disposition: "replace", strategy } }, []));
    expect(await loaded(database)).toEqual({ items: [], items__l: [] });
    expect(await datasets(database, name)).toEqual(["sales"]);
  });

  test.each(own.filter((each) => each.error !== undefined))(
    "as with dlt: $strategy fails, and what was there stays",
    async ({ strategy }) => {
      const { database, p } = await shop(create);
      await p.run(resource("items", { writeDisposition: "replace" }, batches[0]!));
      process.env["DESTINATION__REPLACE_STRATEGY"] = strategy;
      const error = await failure(() => p.run(resource("items", { writeDisposition: "replace" }, batches[1]!)));
      expect(error).toBeInstanceOf(UnsupportedError);
      expect(String(error)).toContain("the setting `replace_strategy`");
      expect((await loaded(database)).items).toEqual([{ id: 1 }]);
      // The package waits; once the setting is right it goes in.
      delete process.env["DESTINATION__REPLACE_STRATEGY"];
      await p.load();
      expect((await loaded(database)).items).toEqual([{ id: 2 }]);
    },
  );

  test.each(own.filter((each) => each.error === undefined))(
    "$strategy brings columns, and keeps what other resources have",
    async ({ strategy }) => {
      const { database, p } = await shop(create);
      const hints = { writeDisposition: { disposition: "replace", strategy } } as const;
      await p.run([resource("items", hints, batches[0]!), resource("others", [{ id: 7 }])]);
      await p.run([resource("items", hints, [{ id: 2, note: "new", l: [3] }])]);
      expect(await database.query("SELECT id, note FROM sales.items")).toEqual([{ id: 2, note: "new" }]);
      expect(await database.query("SELECT id FROM sales.others")).toEqual([{ id: 7 }]);
    },
  );

  describe("a staging dataset", () => {
    const merge = { writeDisposition: "merge", primaryKey: "id" } as const;

    test("is not there without the setting", async () => {
      const { database, p } = await shop(create);
      for (const batch of batches) await p.run(resource("items", merge, batch));
      expect(await datasets(database, name)).toEqual(["sales"]);
    });

    test("keeps the rows of the last package, as with dlt, unless they are to go", async () => {
      process.env["DESTINATION__STAGING_DATASET_NAME_LAYOUT"] = "%s_staging";
      const { database, p } = await shop(create);
      for (const batch of [...batches, [{ id: 2, note: "new", l: [4, 5] }]]) await p.run(resource("items", merge, batch));
      expect(await database.query("SELECT id FROM sales.items ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
      expect(await database.query("SELECT value FROM sales.items__l ORDER BY value")).toEqual([1, 2, 4, 5].map((value) => ({ value })));
      expect(await database.query("SELECT id, note FROM sales_staging.items")).toEqual([{ id: 2, note: "new" }]);
      expect(await database.query("SELECT value FROM sales_staging.items__l ORDER BY value")).toEqual([{ value: 4 }, { value: 5 }]);
      process.env["LOAD__TRUNCATE_STAGING_DATASET"] = "true";
      await p.run(resource("items", merge, [{ id: 3, l: [6] }]));
      expect(await database.query("SELECT id FROM sales.items ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
      expect(await database.query("SELECT count(*) AS n FROM sales_staging.items")).toEqual([{ n: 0 }]);
      expect(await database.query("SELECT count(*) AS n FROM sales_staging.items__l")).toEqual([{ n: 0 }]);
    });

    test("may have a name of its own, and is used by every strategy that stages", async () => {
      process.env["DESTINATION__STAGING_DATASET_NAME_LAYOUT"] = "waiting";
      const { database, p } = await shop(create);
      const scd2 = { disposition: "merge", strategy: "scd2" } as const;
      for (const id of [1, 2])
        await p.run([
          resource("a", { writeDisposition: scd2 }, [{ id }]),
          resource("b", { writeDisposition: { disposition: "replace", strategy: "insert-from-staging" } }, [{ id }]),
        ]);
      expect(await database.query("SELECT id FROM sales.a ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
      expect(await database.query("SELECT id FROM sales.b")).toEqual([{ id: 2 }]);
      expect(await database.query("SELECT a.id AS a, b.id AS b FROM waiting.a, waiting.b")).toEqual([{ a: 2, b: 2 }]);
    });

    test("cannot be the dataset itself", async () => {
      process.env["DESTINATION__STAGING_DATASET_NAME_LAYOUT"] = "%s";
      const { p } = await shop(create);
      expect(await failure(() => p.run(resource("items", merge, batches[0]!)))).toMatchObject({
        code: "config",
        message: expect.stringContaining("staging_dataset_name_layout"),
      });
    });

    test("loses the tables that are dropped", async () => {
      process.env["DESTINATION__STAGING_DATASET_NAME_LAYOUT"] = "%s_staging";
      const { database, p } = await shop(create);
      await p.run(resource("items", merge, batches[0]!));
      await p.drop(["items"]);
      await expect(database.query("SELECT * FROM sales_staging.items")).rejects.toThrow();
    });
  });
});

async function shop(create: () => Promise<TestDatabase>): Promise<{ readonly database: TestDatabase; readonly p: Pipeline }> {
  const database = await create();
  return {
    database,
    p: pipeline({ name: "shop", destination: database.destination(), datasetName: "sales", pipelinesDir: tempDir(), progress: "none" }),
  };
}

async function loaded(database: TestDatabase): Promise<{ readonly items: readonly object[]; readonly items__l: readonly object[] }> {
  return {
    items: await database.query("SELECT id FROM sales.items ORDER BY id"),
    items__l: await database.query("SELECT value FROM sales.items__l ORDER BY value"),
  };
}

async function datasets(database: TestDatabase, name: string): Promise<unknown[]> {
  const rows = await database.query<{ schema_name: string }>("SELECT DISTINCT schema_name FROM information_schema.schemata");
  const ofDatabase =
    name === "sqlite" ? ["main", "temp", "information_schema"] : ["main", "public", "information_schema", "pg_catalog", "pg_toast"];
  return rows.map((row) => row.schema_name).filter((one) => !ofDatabase.includes(one) && !one.startsWith("pg_"));
}
