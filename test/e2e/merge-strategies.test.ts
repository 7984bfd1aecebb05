import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Pipeline, type PipelineEvent, type ResourceHints, resource, withHints } from "../../src/index.ts";
import { failure, localPipeline, machine, query, values } from "./local-pipeline.ts";

const isSqlite = process.env["LEAT_TEST_ON"] === "sqlite";
const upsert = { writeDisposition: { disposition: "merge", strategy: "upsert" }, primaryKey: "id" } as const satisfies ResourceHints;
const insertOnly = {
  writeDisposition: { disposition: "merge", strategy: "insert-only" },
  primaryKey: "id",
} as const satisfies ResourceHints;
const at = (boundaryTimestamp: string, options: object = {}) =>
  ({ writeDisposition: { disposition: "merge", strategy: "scd2", boundaryTimestamp, ...options } }) as ResourceHints;

const order = (id: number, ...lines: readonly string[]) => ({ id, lines: lines.map((sku) => ({ sku, parts: [{ of: sku }] })) });
/** Rows of no type, since hints of all kinds are given. */
const loose = (name: string, hints: ResourceHints, rows: unknown) => resource(name, hints, rows as Iterable<object>);
const ids = (p: Pipeline, table: string) => values(p, `SELECT _dlt_id FROM ${table} ORDER BY 1`);

describe.skipIf(isSqlite)("upsert", () => {
  test("keeps the ids of rows, and of nested rows that are still there", async () => {
    const p = localPipeline();
    await p.run(resource("orders", upsert, [order(1, "a", "b"), order(2, "c")]));
    const [orders, lines, parts] = [await ids(p, "orders"), await ids(p, "orders__lines"), await ids(p, "orders__lines__parts")];
    await p.run(resource("orders", upsert, [order(1, "A", "b", "d"), order(3, "e")]));
    expect(await ids(p, "orders")).toEqual(expect.arrayContaining(orders));
    expect(await ids(p, "orders__lines")).toEqual(expect.arrayContaining(lines));
    expect(await ids(p, "orders__lines__parts")).toEqual(expect.arrayContaining(parts));
    expect(await values(p, "SELECT sku FROM orders__lines ORDER BY 1")).toEqual(["A", "b", "c", "d", "e"].sort());
    await p.run(resource("orders", upsert, [order(1, "A"), { id: 2 }]));
    expect(await values(p, "SELECT sku FROM orders__lines ORDER BY 1")).toEqual(["A", "e"]);
    expect(await values(p, 'SELECT "of" FROM orders__lines__parts ORDER BY 1')).toEqual(["A", "e"]);
  });

  test("leaves columns alone that the schema does not know", async () => {
    const p = localPipeline();
    await p.run(resource("users", upsert, [{ id: 1, name: "Ada" }]));
    {
      await using client = p.sqlClient();
      await client.execute("ALTER TABLE users ADD COLUMN note VARCHAR");
      await client.execute("UPDATE users SET note = 'kept'");
    }
    await p.run(resource("users", upsert, [{ id: 1, name: "Ada Lovelace" }]));
    expect(await query(p, "SELECT id, name, note FROM users")).toEqual([{ id: 1, name: "Ada Lovelace", note: "kept" }]);
  });

  test.runIf(process.env["LEAT_TEST_ON"] === undefined)("goes with UNIQUE constraints on DuckDB, too", async () => {
    const here = machine();
    const p = here.pipeline({ destination: duckdb({ path: here.databasePath, createIndexes: true }) });
    const hints = { ...upsert, columns: { id: { unique: true } } } as const;
    await p.run(resource("orders", hints, [order(1, "a", "b"), order(2, "c")]));
    await p.run(resource("orders", hints, [order(1, "A"), order(3, "d")]));
    await p.run(resource("orders", hints, [order(3, "D", "e"), order(2, "C")]));
    expect(await values(p, "SELECT sku FROM orders__lines ORDER BY 1")).toEqual(["A", "C", "D", "e"]);
  });

  test.runIf(process.env["LEAT_TEST_ON"] === undefined)("may be what a destination does by default", async () => {
    const here = machine();
    const p = here.pipeline({
      destination: duckdb({ path: here.databasePath, capabilities: { mergeStrategies: ["upsert", "delete-insert"] } }),
    });
    const users = (name: string) => resource("users", { writeDisposition: "merge", primaryKey: "id" }, [{ id: 1, name, tags: ["x"] }]);
    await p.run(users("Ada"));
    const before = [await ids(p, "users"), await ids(p, "users__tags")];
    await p.run(users("Grace"));
    expect([await ids(p, "users"), await ids(p, "users__tags")]).toEqual(before);
    expect(p.defaultSchema!.tables["users"]!["x-merge-strategy"]).toBe("upsert");
    expect(await values(p, "SELECT name FROM users")).toEqual(["Grace"]);
  });

  test("takes Arrow tables, of one column too", async () => {
    const p = localPipeline();
    const table = (...given: number[]) => new arrow.Table({ id: arrow.vectorFromArray(given, new arrow.Int32()) });
    await p.run(resource("numbers", upsert, [table(1, 2)]));
    await p.run(resource("numbers", upsert, [table(2, 3)]));
    expect(await values(p, "SELECT id FROM numbers ORDER BY id")).toEqual([1, 2, 3]);
  });

  test("is cut into packages, and a row that comes twice counts as it came last", async () => {
    const p = localPipeline();
    const rows = Array.from({ length: 30 }, (_, n) => [{ id: n % 10, n }]);
    await p.run(
      resource("readings", upsert, function* () {
        yield* rows;
      }),
      { commitEvery: { rows: 10 } },
    );
    expect(await values(p, "SELECT n FROM readings ORDER BY n")).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect((await values(p, "SELECT count(*) FROM _dlt_loads"))[0]).toBeGreaterThan(1);
  });

  test.each([upsert, insertOnly])(
    "needs a primary key: $writeDisposition.strategy without one is refused before anything runs",
    async (hints) => {
      const { primaryKey: _, ...keyless } = hints;
      let isStarted = false;
      const rows = function* () {
        isStarted = true;
        yield { id: 1 };
      };
      const p = localPipeline();
      const error = await failure(() => p.run(loose("users", keyless, rows)));
      expect(error).toMatchObject({ code: "config", message: expect.stringContaining("has no primary key") });
      expect(isStarted).toBe(false);
      // The key that is stored with the table counts.
      await p.run(resource("users", hints, [{ id: 1 }]));
      await p.run(resource("users", keyless, [{ id: 1 }, { id: 2 }]));
      expect(await values(p, "SELECT count(*) FROM users")).toEqual([2]);
    },
  );

  test("needs a primary key, also where a mark asks for it", async () => {
    const p = localPipeline();
    const marked = resource("users", function* () {
      yield withHints({ id: 1 }, { writeDisposition: upsert.writeDisposition });
    });
    expect(await failure(() => p.run(marked))).toMatchObject({ code: "config", message: expect.stringContaining("has no primary key") });
  });
});

test.skipIf(isSqlite)("insert-only leaves rows that are there as they are", async () => {
  const p = localPipeline();
  await p.run(resource("users", insertOnly, [{ id: 1, name: "Ada" }]));
  const info = await p.run(
    resource("users", insertOnly, [
      { id: 1, name: "changed" },
      { id: 2, name: "Grace" },
    ]),
  );
  expect(await query(p, "SELECT id, name FROM users ORDER BY id")).toEqual([
    { id: 1, name: "Ada" },
    { id: 2, name: "Grace" },
  ]);
  expect(await values(p, `SELECT id FROM users WHERE _dlt_load_id = '${info.loadIds[0]}'`)).toEqual([2]);
});

describe("scd2", () => {
  test("without a boundary, versions begin and end when their package was made", async () => {
    const p = localPipeline();
    const hints: ResourceHints = { writeDisposition: { disposition: "merge", strategy: "scd2" } };
    const first = await p.run(loose("users", hints, [{ id: 1, name: "Ada" }]));
    const second = await p.run(loose("users", hints, [{ id: 1, name: "Ada Lovelace" }]));
    const [begin, end] = [first, second].map(({ loadIds: [id] }) => Math.round(Number(id) * 1e6));
    const micros = (time: Date & { microseconds?: number }) => time.getTime() * 1000 + (time.microseconds ?? 0);
    const rows = await query<Record<"_dlt_valid_from" | "_dlt_valid_to", Date | null>>(p, "SELECT * FROM users ORDER BY _dlt_valid_from");
    expect(rows.map((row) => [micros(row._dlt_valid_from!), row._dlt_valid_to === null ? null : micros(row._dlt_valid_to)])).toEqual([
      [begin, end],
      [end, null],
    ]);
  });

  test("a run without rows ends nothing, unless the table is materialized by it", async () => {
    const p = localPipeline();
    await p.run(loose("users", at("2024-01-01"), [{ id: 1 }]));
    await p.run(loose("users", at("2024-02-01"), []));
    expect(await values(p, "SELECT count(*) FROM users WHERE _dlt_valid_to IS NULL")).toEqual([1]);
    await p.run(loose("users", { ...at("2024-03-01"), materialize: true }, []));
    expect(await values(p, "SELECT count(*) FROM users WHERE _dlt_valid_to IS NULL")).toEqual([0]);
  });

  test("several columns of a merge key are compared one by one", async () => {
    const p = localPipeline();
    const hints = (time: string) => ({ ...at(time), mergeKey: ["a", "b"] });
    await p.run(
      loose("pairs", hints("2024-01-01"), [
        { a: "x", b: "yz", n: 1 },
        { a: "xy", b: "z", n: 1 },
      ]),
    );
    await p.run(loose("pairs", hints("2024-02-01"), [{ a: "xy", b: "z", n: 2 }]));
    expect(await query(p, "SELECT a, b, n FROM pairs WHERE _dlt_valid_to IS NULL ORDER BY n")).toEqual([
      { a: "x", b: "yz", n: 1 },
      { a: "xy", b: "z", n: 2 },
    ]);
  });

  test("rows that have their own version keep what is nested in them, by the ids of rows", async () => {
    const p = localPipeline();
    const hints = (time: string) => at(time, { rowVersionColumnName: "rv" });
    const user = (rv: string, ...tags: readonly string[]) => ({ id: 1, rv, tags });
    await p.run(loose("users", hints("2024-01-01"), [user("1", "a", "b")]));
    await p.run(loose("users", hints("2024-02-01"), [user("2", "a")]));
    const sql = "SELECT u.rv, t.value FROM users u JOIN users__tags t ON t._dlt_parent_id = u._dlt_id ORDER BY 1, 2";
    expect(await query(p, sql)).toEqual([
      { rv: "1", value: "a" },
      { rv: "1", value: "b" },
      { rv: "2", value: "a" },
    ]);
  });

  test("Arrow tables need a column that tells versions apart", async () => {
    const p = localPipeline();
    const table = (version: string) =>
      new arrow.Table({ id: arrow.vectorFromArray([1], new arrow.Int32()), rv: arrow.vectorFromArray([version], new arrow.Utf8()) });
    const error = await failure(() => p.run(loose("users", at("2024-01-01"), [table("a")])));
    expect(error).toMatchObject({ message: expect.stringContaining("rowVersionColumnName") });
    const other = localPipeline();
    const hints = (time: string) => at(time, { rowVersionColumnName: "rv" });
    await other.run(loose("users", hints("2024-01-01"), [table("a")]));
    await other.run(loose("users", hints("2024-02-01"), [table("b")]));
    expect(await values(other, "SELECT rv FROM users WHERE _dlt_valid_to IS NULL")).toEqual(["b"]);
    expect(await values(other, "SELECT count(*) FROM users")).toEqual([2]);
  });

  test("times stand in the tables as Date, also the one that means not yet", async () => {
    const p = localPipeline();
    await p.run(loose("users", at("2024-01-01T01:00:00+01:00", { activeRecordTimestamp: new Date("9999-12-31T00:00:00Z") }), [{ id: 1 }]));
    expect(await query(p, "SELECT _dlt_valid_from, _dlt_valid_to FROM users")).toEqual([
      { _dlt_valid_from: new Date("2024-01-01T00:00:00Z"), _dlt_valid_to: new Date("9999-12-31T00:00:00Z") },
    ]);
  });

  test("is never cut: all rows of a run are one version", async () => {
    const p = localPipeline();
    const rows = function* () {
      for (let id = 0; id < 20; id += 1) yield { id };
    };
    await p.run(loose("users", at("2024-01-01"), rows), { commitEvery: { rows: 5 } });
    expect(await values(p, "SELECT count(*) FROM users WHERE _dlt_valid_to IS NULL")).toEqual([20]);
  });
});

test("a merge without a key appends all rows but those that are flagged, as with dlt", async () => {
  const p = localPipeline();
  const hints: ResourceHints = { writeDisposition: "merge", columns: { gone: { dataType: "bool", hardDelete: true } } };
  const user = (id: number, gone: boolean) => ({ id, gone, tags: [`of ${id}`] });
  await p.run(loose("users", hints, [user(1, false), user(2, true)]));
  await p.run(loose("users", hints, [user(1, false), user(3, true)]));
  expect(await values(p, "SELECT id FROM users")).toEqual([1, 1]);
  expect(await values(p, "SELECT value FROM users__tags")).toEqual(["of 1", "of 1"]);
});

describe("what is written about a merge", () => {
  test.each([
    [
      { disposition: "merge", strategy: "delete-insert", activeRecordTimestamp: null },
      "`writeDisposition.activeRecordTimestamp` is no option",
    ],
    [{ disposition: "merge", deduplicated: true, boundaryTimestamp: "2024-01-01" }, "`writeDisposition.boundaryTimestamp` is no option"],
    [{ disposition: "append", strategy: "upsert" }, "`writeDisposition.strategy` is no option"],
    [{ disposition: "merge", strategy: "scd2", boundaryTimestamp: "soon" }, '`writeDisposition.boundaryTimestamp` is "soon"'],
    [{ disposition: "merge", strategy: "scd2", validityColumnNames: ["from"] }, "validityColumnNames"],
  ])("%j is refused", async (writeDisposition, what) => {
    const hints = { writeDisposition, primaryKey: "id" } as unknown as ResourceHints;
    expect(await failure(() => localPipeline().run(loose("users", hints, [{ id: 1 }])))).toMatchObject({
      code: "config",
      message: expect.stringContaining(what),
    });
  });

  test.each(["hardDelete", "dedupSort"])("two columns with %s are refused", async (hint) => {
    const value = hint === "dedupSort" ? "asc" : true;
    const columns = { a: { [hint]: value }, b: { [hint]: value } };
    const error = await failure(() =>
      localPipeline().run(
        loose("users", { writeDisposition: "merge", primaryKey: "id", columns } as ResourceHints, [{ id: 1, a: 1, b: 2 }]),
      ),
    );
    expect(error).toMatchObject({ code: "config", message: expect.stringContaining("`a`, `b`") });
  });

  test.each([
    ["a key is missing", { writeDisposition: "merge" }, "neither primary key nor merge key"],
    ["append has no use for hardDelete", { columns: { gone: { hardDelete: true } } }, "`hard_delete`"],
    [
      "dedupSort needs a primary key",
      { writeDisposition: "merge", mergeKey: "id", columns: { id: { dedupSort: "asc" } } },
      "without a primary key",
    ],
    ["scd2 has no use for dedupSort", { ...at("2024-01-01"), columns: { id: { dedupSort: "asc" } } }, "`dedup_sort`"],
  ] as const)("a warning says so once when %s", async (_, hints, what) => {
    const events: PipelineEvent[] = [];
    const p = machine().pipeline({ onEvent: (event) => void events.push(event) });
    await p.run(loose("users", hints as ResourceHints, [{ id: 1 }, { id: 2 }]));
    const warnings = events.filter((event) => event.type === "warning" && event.code === "merge-hints");
    expect(warnings).toEqual([expect.objectContaining({ message: expect.stringContaining(what) })]);
  });

  test.skipIf(isSqlite)("the run counts before the resource, and what both leave out stays as it is stored", async () => {
    const p = localPipeline();
    const strategy = () => p.defaultSchema!.tables["users"]!["x-merge-strategy"];
    const users = resource("users", upsert, [{ id: 1 }]);
    await p.run(users);
    expect(strategy()).toBe("upsert");
    await p.run(users, { writeDisposition: { disposition: "merge", strategy: "insert-only" } });
    expect(strategy()).toBe("insert-only");
    await p.run(users, { writeDisposition: "merge" });
    expect(strategy()).toBe("insert-only");
    await p.run(users.applyHints({ writeDisposition: { disposition: "merge" } }));
    expect(strategy()).toBe("insert-only");
    await p.run(users);
    expect(strategy()).toBe("upsert");
    expect(await values(p, "SELECT count(*) FROM users")).toEqual([1]);
    await p.run(users, { writeDisposition: "append" });
    expect(await values(p, "SELECT count(*) FROM users")).toEqual([2]);
  });
});
