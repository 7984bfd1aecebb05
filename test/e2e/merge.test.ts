import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { LeatError, type Pipeline, resource, type SqlClient, source } from "../../src/index.ts";
import { failure, localPipeline, machine, query, values } from "./local-pipeline.ts";

const merge = { writeDisposition: "merge", primaryKey: "id" } as const;

test("a merge updates the rows whose key comes again and adds the others", async () => {
  const shop = localPipeline();
  const deals = (rows: readonly object[]) => resource("deals", merge, rows);
  await shop.run(deals([deal(1, "open"), deal(2, "open"), deal(3, "open")]));
  await shop.run(deals([deal(2, "won"), deal(4, "open")]));
  expect(await query(shop, "SELECT id, status FROM deals ORDER BY id")).toEqual([
    deal(1, "open"),
    deal(2, "won"),
    deal(3, "open"),
    deal(4, "open"),
  ]);
});

test("a merge may bring columns and change the key", async () => {
  const shop = localPipeline();
  await shop.run(resource("deals", merge, [{ id: 1, code: "a" }]));
  await shop.run(resource("deals", { ...merge, primaryKey: "code" }, [{ id: 2, code: "a", note: "renumbered" }]));
  expect(await query(shop, "SELECT id, code, note FROM deals")).toEqual([{ id: 2, code: "a", note: "renumbered" }]);
});

test("a loaded package can be merged again: the rows are the same", async () => {
  const shop = localPipeline();
  const orders = [order(1, [order(11, []), order(12, [order(121, [])])]), order(2, [])];
  for (let run = 0; run < 3; run++) await shop.run(resource("orders", merge, orders));
  expect(await counts(shop, ["orders", "orders__parts", "orders__parts__parts"])).toEqual([2, 2, 1]);
  expect(await orphans(shop)).toEqual([]);
});

test("a key that is null meets no row", async () => {
  const shop = localPipeline();
  const hints = { writeDisposition: "merge", mergeKey: "day", columns: { day: { nullable: true } } } as const;
  await shop.run(
    resource("visits", hints, [
      { day: null, n: 1 },
      { day: "mon", n: 2 },
    ]),
  );
  await shop.run(
    resource("visits", hints, [
      { day: null, n: 3 },
      { day: "mon", n: 4 },
    ]),
  );
  expect(await values(shop, "SELECT n FROM visits ORDER BY n")).toEqual([1, 3, 4]);
});

test("without dedupSort the first row of a key counts", async () => {
  const shop = localPipeline();
  const rows = Array.from({ length: 30_000 }, (_, n) => ({ id: n % 10_000, round: Math.floor(n / 10_000) }));
  await shop.run(resource("readings", merge, rows));
  expect(await query(shop, "SELECT round, count(*) AS rows FROM readings GROUP BY round")).toEqual([{ round: 0, rows: 10_000 }]);
});

test("a nested table with a key of its own is merged by it", async () => {
  const shop = localPipeline();
  const hints = { ...merge, nestedHints: { lines: merge } };
  await shop.run(resource("orders", hints, [{ id: 1, lines: [{ id: 7, sku: "a" }] }]));
  await shop.run(
    resource("orders", hints, [
      {
        id: 2,
        lines: [
          { id: 7, sku: "b", sizes: [1, 2] },
          { id: 8, sku: "c" },
        ],
      },
    ]),
  );
  await shop.run(resource("orders", hints, [{ id: 3, lines: [{ id: 7, sku: "d", sizes: [3] }] }]));
  expect(await query(shop, "SELECT id, sku FROM orders__lines ORDER BY id")).toEqual([
    { id: 7, sku: "d" },
    { id: 8, sku: "c" },
  ]);
  expect(await values(shop, "SELECT value FROM orders__lines__sizes")).toEqual([3]);
  expect(await counts(shop, ["orders"])).toEqual([3]);
});

test("keys keep their constraints: a unique column may come again with its key", async () => {
  const here = machine();
  const shop = here.pipeline({ destination: duckdb({ path: here.databasePath, createIndexes: true }) });
  const hints = { ...merge, columns: { id: { unique: true } } } as const;
  await shop.run(
    resource("users", hints, [
      { id: 1, name: "Ada" },
      { id: 2, name: "Grace" },
    ]),
  );
  await shop.run(
    resource("users", hints, [
      { id: 2, name: "Grace Hopper" },
      { id: 3, name: "Joan" },
    ]),
  );
  expect(await values(shop, "SELECT name FROM users ORDER BY id")).toEqual(["Ada", "Grace Hopper", "Joan"]);
});

test("a merge that fails leaves the old rows, of all tables of its package", async () => {
  const here = machine();
  const shop = here.pipeline({ destination: duckdb({ path: here.databasePath, createIndexes: true }) });
  const run = (rows: readonly { readonly email: string; readonly id: number }[]) =>
    shop.run([resource("log", [{ at: rows.length }]), resource("users", { ...merge, columns: { email: { unique: true } } }, rows)]);
  await run([
    { id: 1, email: "ada@x" },
    { id: 2, email: "grace@x" },
  ]);
  const error = await failure(() => run([{ id: 1, email: "grace@x" }]));
  expect(LeatError.is(error) && error.code).toBe("load-job-failed");
  expect(String(error)).toContain("Its rows could not be merged");
  expect(await query(shop, "SELECT id, email FROM users ORDER BY id")).toEqual([
    { id: 1, email: "ada@x" },
    { id: 2, email: "grace@x" },
  ]);
  expect(await counts(shop, ["log", "_dlt_loads"])).toEqual([1, 1]);
});

test("a strategy that is stored with the table is refused too, until another one is given", async () => {
  const shop = localPipeline();
  await shop.run(resource("deals", { "x-merge-strategy": "cdc" }, [deal(1, "open")]));
  const error = await failure(() => shop.run(resource("deals", merge, [deal(1, "won")])));
  expect(error).toMatchObject({ code: "unsupported" });
  const writeDisposition = { disposition: "merge", strategy: "delete-insert" } as const;
  await shop.run(resource("deals", { ...merge, writeDisposition }, [deal(1, "won")]));
  expect(await values(shop, "SELECT status FROM deals")).toEqual(["won"]);
});

describe("root ids of nested rows", () => {
  test("come with a merge, and the schema says so as dlt's does", async () => {
    const shop = localPipeline();
    await shop.run(resource("orders", merge, [order(1, [order(11, [])])]));
    expect(propagation(shop)).toEqual({ propagation: { tables: { orders: { _dlt_id: "_dlt_root_id" } } } });
    expect(shop.defaultSchema!.tables["orders__parts"]!.columns["_dlt_root_id"]).toEqual({
      name: "_dlt_root_id",
      data_type: "text",
      nullable: false,
      root_key: true,
    });
  });

  test("do not come without merge, unless the source has rootKey", async () => {
    const shop = localPipeline();
    await shop.run(resource("orders", [order(1, [order(11, [])])]));
    expect(propagation(shop)).toBeUndefined();
    const keyed = source("keyed", { rootKey: true }, () => [resource("orders", [order(1, [order(11, [order(111, [])])])])]);
    const other = localPipeline();
    await other.run(keyed());
    expect(propagation(other)).toEqual({ root_key_propagation: true, propagation: { tables: { orders: { _dlt_id: "_dlt_root_id" } } } });
    expect(await orphans(other)).toEqual([]);
  });

  test("do not come with a merge when the source has rootKey: false, and old nested rows go nevertheless", async () => {
    const shop = localPipeline();
    const unkeyed = (rows: readonly object[]) => source("unkeyed", { rootKey: false }, () => [resource("orders", merge, rows)])();
    await shop.run(unkeyed([order(1, [order(11, [order(111, [])])]), order(2, [order(21, [order(211, [])])])]));
    await shop.run(unkeyed([order(1, [order(19, [order(199, [])])])]));
    expect(propagation(shop)).toEqual({ root_key_propagation: false });
    expect(await values(shop, "SELECT id FROM orders__parts ORDER BY id")).toEqual([19, 21]);
    expect(await values(shop, "SELECT id FROM orders__parts__parts ORDER BY id")).toEqual([199, 211]);
  });

  test("are filled in for the rows of a table that was appended to and is merged from now on", async () => {
    const shop = localPipeline();
    await shop.run(resource("orders", [order(1, [order(11, [order(111, [])])]), order(2, [order(21, [order(211, [])])])]));
    await shop.run(resource("orders", merge, [order(1, [order(19, [order(199, [])])])]));
    expect(await values(shop, "SELECT id FROM orders ORDER BY id")).toEqual([1, 2]);
    expect(await values(shop, "SELECT id FROM orders__parts ORDER BY id")).toEqual([19, 21]);
    expect(await values(shop, "SELECT id FROM orders__parts__parts ORDER BY id")).toEqual([199, 211]);
    expect(await orphans(shop)).toEqual([]);
  });

  test("are not needed to remove nested rows of a table that is merged for the first time", async () => {
    const shop = localPipeline();
    await shop.run(resource("orders", [order(1, [order(11, [order(111, [])])]), order(2, [order(21, [order(211, [])])])]));
    await shop.run(resource("orders", merge, [{ id: 1 }]));
    expect(await values(shop, "SELECT id FROM orders__parts")).toEqual([21]);
    expect(await values(shop, "SELECT id FROM orders__parts__parts")).toEqual([211]);
  });

  test("go on to come when a merged table is appended to again", async () => {
    const shop = localPipeline();
    await shop.run(resource("orders", merge, [order(1, [order(11, [])])]));
    await shop.run(resource("orders", [order(2, [order(21, [])])]));
    expect(await counts(shop, ["orders", "orders__parts"])).toEqual([2, 2]);
    expect(await query(shop, "SELECT * FROM orders__parts WHERE _dlt_root_id IS NULL")).toEqual([]);
  });
});

test("whatever comes in whatever batches, the newest row per key is there, with what is nested in it", async () => {
  // Several tables share a pipeline, since a run takes longer than the merge of a few rows.
  const histories = fc.array(fc.array(fc.array(versions, { maxLength: 8 }), { minLength: 3, maxLength: 3 }), {
    minLength: 8,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(histories, async (tables) => {
      const shop = localPipeline();
      const expected = tables.map(() => new Map<number, Version>());
      for (const step of [0, 1, 2]) {
        await shop.run(tables.map((batches, at) => resource(`items_${at}`, { ...merge, columns: versionColumns }, batches[step]!)));
        for (const [at, batches] of tables.entries()) mergeInto(expected[at]!, batches[step]!);
        await using client = shop.sqlClient();
        const found = await Promise.all(tables.map((_, at) => loadedVersions(shop, client, `items_${at}`)));
        expect(found).toEqual(expected.map((rows) => [...rows.values()].sort((a, b) => a.id - b.id)));
      }
    }),
    { numRuns: 5 },
  );
});

interface Version {
  readonly id: number;
  readonly seq: number;
  readonly gone: boolean | null;
  readonly tags: readonly { readonly n: number; readonly sub: readonly number[] }[];
}

const small = fc.integer({ min: 0, max: 4 });
const versions: fc.Arbitrary<Version> = fc.record({
  id: small,
  seq: small,
  gone: fc.constantFrom(true, false, null),
  tags: fc.array(fc.record({ n: small, sub: fc.array(small, { maxLength: 2 }) }), { maxLength: 3 }),
});
const versionColumns = { seq: { dedupSort: "desc" }, gone: { dataType: "bool", hardDelete: true } } as const;

function mergeInto(rows: Map<number, Version>, batch: readonly Version[]): void {
  const newest = new Map<number, Version>();
  for (const version of batch) {
    const best = newest.get(version.id);
    if (best === undefined || version.seq > best.seq) newest.set(version.id, version);
  }
  for (const version of newest.values()) {
    if (version.gone === true) rows.delete(version.id);
    else rows.set(version.id, version);
  }
}

async function loadedVersions(shop: Pipeline, client: SqlClient, table: string): Promise<unknown[]> {
  const known = Object.keys(shop.defaultSchema?.tables ?? {});
  if (!known.includes(table)) return [];
  const nestedRows = async <Row>(name: string): Promise<(Row & Nested)[]> =>
    known.includes(name) ? await client.query(`SELECT * FROM ${name} ORDER BY _dlt_parent_id, _dlt_list_idx`) : [];
  const rows = await client.query<Omit<Version, "tags"> & { _dlt_id: string }>(`SELECT * FROM ${table} ORDER BY id`);
  const tags = await nestedRows<{ n: number }>(`${table}__tags`);
  const subs = await nestedRows<{ value: number }>(`${table}__tags__sub`);
  expect(tags.every((tag) => tag._dlt_root_id === tag._dlt_parent_id)).toBe(true);
  const rebuilt = rows.map((row) => ({
    id: row.id,
    seq: row.seq,
    gone: row.gone ?? null,
    tags: tags
      .filter((tag) => tag._dlt_parent_id === row._dlt_id)
      .map((tag) => ({ n: tag.n, sub: subs.filter((sub) => sub._dlt_parent_id === tag._dlt_id).map((sub) => sub.value) })),
  }));
  const reached = rebuilt.flatMap((row) => row.tags.flatMap((tag) => [tag, ...tag.sub]));
  expect(reached.length).toBe(tags.length + subs.length);
  return rebuilt;
}

type Nested = { readonly _dlt_id: string; readonly _dlt_parent_id: string; readonly _dlt_root_id: string };

function deal(id: number, status: string): object {
  return { id, status };
}

function order(id: number, parts: readonly object[]): object {
  return { id, parts };
}

async function counts(shop: Pipeline, names: readonly string[]): Promise<unknown[]> {
  return Promise.all(names.map(async (name) => (await values(shop, `SELECT count(*) FROM ${name}`))[0]));
}

/** Nested rows whose root row is not there. */
function orphans(shop: Pipeline): Promise<unknown[]> {
  const nested = Object.keys(shop.defaultSchema!.tables).filter((name) => name.startsWith("orders__"));
  return query(
    shop,
    nested
      .map(
        (name) =>
          `SELECT '${name}' AS name, id FROM ${name} WHERE _dlt_root_id IS NULL OR _dlt_root_id NOT IN (SELECT _dlt_id FROM orders)`,
      )
      .join(" UNION ALL "),
  );
}

function propagation(shop: Pipeline): unknown {
  return (shop.defaultSchema as unknown as { normalizers: { json: { config?: unknown } } }).normalizers.json.config;
}
