import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { destinationError } from "../../src/destination-kit/sql/failure.ts";
import { type SqliteOptions, sqlite } from "../../src/destinations/sqlite/index.ts";
import { connectSqlite } from "../../src/drivers/sqlite.ts";
import { firstThatWorks } from "../../src/drivers/sqlite-package.ts";
import { Decimal, type Pipeline, type PipelineOptions, PlainDate, PlainDateTime, pipeline, resource, Timestamp } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, query } from "./local-pipeline.ts";

const open = (folder: string, options: SqliteOptions = {}, others: PipelineOptions = {}): Pipeline =>
  pipeline({
    ...others,
    name: "shop",
    destination: sqlite({ path: join(folder, "shop.db"), ...options }),
    datasetName: "data",
    pipelinesDir: join(folder, "pipelines"),
    progress: "none",
  });

test("a run leaves one file per dataset, and values come back as they were", async () => {
  const folder = tempDir();
  const row = {
    id: 9007199254740993n,
    price: new Decimal("12345678901234567890.123456789"),
    at: Timestamp.from("2024-01-02T03:04:05.000006Z"),
    naive: PlainDateTime.from("2024-01-02T03:04:05"),
    code: "007",
    paid: true,
    bytes: new Uint8Array([0, 255]),
  };
  const p = open(folder);
  await p.run([row], { tableName: "items" });
  expect(readdirSync(folder).sort()).toEqual(["pipelines", "shop__data.db"]);
  const [loaded] = await p.dataset({ integers: "bigint" }).table("items").fetchAll();
  expect(loaded).toMatchObject(row);
});

test("an Arrow table has decimals whole or not at all: SQLite does not hold them to their column", async () => {
  const p = open(tempDir());
  const columns = { price: { dataType: "decimal", precision: 4, scale: 2 } } as const;
  await p.run(resource("items", { columns }, [{ price: new Decimal("12.5") }, { price: null }, { price: new Decimal(0) }]));
  const prices = p.dataset().table("items").select("price");
  const table = (await prices.arrow()) as unknown as { getChild(name: string): Iterable<unknown> };
  expect([...table.getChild("price")].map((price) => price && String(price))).toEqual(["1250", null, "0"]);
  for (const price of ["1.255", "123"]) {
    await query(p, `UPDATE items SET price = ${price} WHERE price IS NULL OR price > 0`);
    const message = `Column \`price\` holds \`${price}\`, which Arrow has no decimal(4, 2) for. Cast it to text`;
    expect(await failure(() => prices.where("price", "=", new Decimal(price)).arrow())).toMatchObject({
      code: "unsupported",
      message: expect.stringContaining(message),
    });
  }
});

test("the largest and smallest values of a dataset have the types of their columns", async () => {
  const p = open(tempDir());
  const day = (number: number) => ({
    day: PlainDate.fromDays(number),
    at: Timestamp.fromMicros(number),
    naive: PlainDateTime.fromMicros(number),
    paid: number > 1,
    price: new Decimal(number).div(2),
  });
  const none = { day: null, at: null, naive: null, paid: null, price: null };
  const columns = { naive: { dataType: "timestamp", timezone: false } } as const;
  await p.run([day(1), day(2), none], { tableName: "items", columns });
  const items = p.dataset().table("items");
  for (const [name, first] of Object.entries(day(1))) {
    expect([await items.min(name), await items.max(name)]).toEqual([first, day(2)[name as keyof typeof none]]);
    expect(await items.where("price", ">", 5).max(name)).toBeNull();
  }
  expect(await items.orderBy("price", "desc").limit(1).min("at")).toEqual(Timestamp.fromMicros(2));
  expect(await p.dataset().sql`select * from items where paid = 0`.max("day")).toEqual(PlainDate.fromDays(1));
});

describe("decimals with more digits than a number of SQLite, which are bytes to it,", () => {
  const long = new Decimal("0.12345678901234567891");
  const priced = async (...prices: readonly Decimal[]): Promise<Pipeline> => {
    const p = open(tempDir());
    const columns = { price: { dataType: "decimal", precision: 38, scale: 20 } } as const;
    const rows = prices.map((price, id) => ({ id, price }));
    await p.run(resource("items", { columns }, rows));
    return p;
  };
  const items = (p: Pipeline) => p.dataset().table("items");
  const refused = { code: "unsupported", destination: "sqlite", message: expect.stringContaining(`\`price\` holds ${long}, which has`) };

  test("are not put into an order, and not compared: that is refused, and names the column", async () => {
    const p = await priced(new Decimal(2), long, new Decimal(1));
    const table = items(p);
    const ways = [
      () => table.orderBy("price").fetchAll(),
      () => table.where("price", "<", 2).fetchAll(),
      () => table.where("price", ">=", 1).select("id").limit(1).join("_dlt_loads").count(),
      () => table.max("price"),
      () => table.min("price"),
      () => table.orderBy("price").arrow(),
      () => p.dataset().sql`SELECT price FROM ${table.where("price", ">", 1)}`.fetchAll(),
      () => p.dataset().sql`SELECT price FROM items`.orderBy("price", "desc").fetchAll(),
    ];
    for (const ask of ways) expect(await failure(ask)).toMatchObject(refused);
  });

  test("are found, counted and read as every other", async () => {
    const p = await priced(new Decimal(2), long, new Decimal(1));
    expect(await items(p).where("price", "=", long).select("id").fetchAll()).toEqual([{ id: 1 }]);
    expect(await items(p).where("price", "!=", long).orderBy("id", "desc").select("id").fetchAll()).toEqual([{ id: 2 }, { id: 0 }]);
    expect(
      await items(p)
        .where("price", "in", [long, new Decimal(1)])
        .count(),
    ).toBe(2);
  });

  test("are nothing to compare others with", async () => {
    const p = await priced(new Decimal(2), new Decimal(1));
    const told = { code: "unsupported", message: expect.stringContaining(`\`price\` is compared with ${long}, which has`) };
    expect(await failure(() => items(p).where("price", "<", long).fetchAll())).toMatchObject(told);
    expect(
      await failure(() =>
        items(p)
          .where("id", ">", -(2n ** 64n))
          .fetchAll(),
      ),
    ).toMatchObject({ code: "unsupported" });
  });

  test("do not keep others from their order, whose numbers SQLite has", async () => {
    const p = await priced(new Decimal(2), new Decimal("10.25"), new Decimal("1.5"));
    expect(await items(p).where("price", ">", new Decimal("1.5")).orderBy("price", "desc").select("id").fetchAll()).toEqual([
      { id: 1 },
      { id: 0 },
    ]);
    expect(await items(p).max("price")).toEqual(new Decimal("10.25"));
  });

  test("do not say which row of a key is the newest", async () => {
    const columns = { price: { dataType: "decimal", precision: 38, scale: 20, dedupSort: "desc" } } as const;
    const hints = { columns, primaryKey: "id", writeDisposition: "merge" } as const;
    const p = open(tempDir());
    const rows = [new Decimal(2), long].map((price) => ({ id: 1, price }));
    expect(await failure(() => p.run(resource("items", hints, rows)))).toMatchObject({
      code: "load-job-failed",
      message: expect.stringContaining("`price`"),
    });
    await p.abortPackages();
    await p.run(resource("items", hints, [rows[0]!, { id: 1, price: new Decimal(1) }]));
    expect(await query(p, "SELECT price FROM items")).toEqual([{ price: new Decimal(2) }]);
  });
});

describe("a file that somebody else writes", () => {
  test("fails the load as something to try again, and the next run finishes it", async () => {
    const folder = tempDir();
    const p = open(folder, { busyTimeout: "50ms" }, { load: { maxRetries: 0 } });
    await p.run([{ id: 1 }], { tableName: "items" });
    const other = await connectSqlite({ path: join(folder, "shop.db"), datasets: ["data"], busyTimeoutMs: 1000 });
    await other.begin();
    expect(await failure(() => p.run([{ id: 2 }], { tableName: "items" }))).toMatchObject({ code: "connection", retryable: true });
    await other.script(["ROLLBACK"]);
    await other.close();
    await open(folder).load();
    expect(await query(p, "SELECT id FROM items ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

test("readers see the table of before until a replace is committed, and do not wait", async () => {
  const folder = tempDir();
  const p = open(folder);
  const rows = (from: number) => Array.from({ length: 20_000 }, (_, index) => ({ id: from + index }));
  await p.run(rows(0), { tableName: "items", writeDisposition: "replace" });
  const reader = await connectSqlite({ path: join(folder, "shop.db"), datasets: ["data"], busyTimeoutMs: 0 });
  const seen = new Set<string>();
  let isDone = false;
  const reading = (async () => {
    while (!isDone) {
      seen.add(JSON.stringify(await reader.query("SELECT count(*) AS n, min(id) AS first FROM data.items")));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  await p.run(rows(100_000), { tableName: "items", writeDisposition: "replace" });
  isDone = true;
  await reading;
  seen.add(JSON.stringify(await reader.query("SELECT count(*) AS n, min(id) AS first FROM data.items")));
  await reader.close();
  expect([...seen]).toEqual(['[{"n":20000,"first":0}]', '[{"n":20000,"first":100000}]']);
});

test("a database in memory is refused with words", async () => {
  const error = await failure(() => open(tempDir(), { path: ":memory:" }).run([{ id: 1 }], { tableName: "items" }));
  expect(error).toMatchObject({ code: "config", message: expect.stringContaining("belongs to one connection") });
});

test("without its package the error says what to install", async () => {
  const missing = (name: string) => {
    throw new Error(`Cannot find module '${name}'`);
  };
  const error = destinationError(await failure(() => firstThatWorks(missing)), "sqlite");
  expect(String(error)).toContain("needs the package `better-sqlite3`. Install it: npm install better-sqlite3 (`libsql` does as well)");
});
