import { describe, expect, test } from "vitest";
import { type ColumnHints, resource, source, withHints } from "../../src/index.ts";
import { localPipeline, query, tables } from "./local-pipeline.ts";

const onPostgres = process.env["LEAT_TEST_ON"] === "postgres";

describe("each column hint is in the stored schema, and in the table where the destination has something for it", () => {
  interface Case {
    readonly hints: ColumnHints;
    readonly stored: object;
    /** Words that the type of the column has on DuckDB, and on Postgres. */
    readonly type?: readonly [duckdb: RegExp, postgres: RegExp];
    readonly isRequired?: boolean;
    readonly value?: unknown;
  }
  const cases: Readonly<Record<string, Case>> = {
    "dataType text": { hints: { dataType: "text" }, stored: { data_type: "text" }, type: [/^VARCHAR$/, /^character varying$/] },
    "dataType double": { hints: { dataType: "double" }, stored: { data_type: "double" }, type: [/^DOUBLE$/, /^double precision$/] },
    "dataType bool": { hints: { dataType: "bool" }, stored: { data_type: "bool" }, type: [/^BOOLEAN$/, /^boolean$/] },
    "dataType date": { hints: { dataType: "date" }, stored: { data_type: "date" }, type: [/^DATE$/, /^date$/], value: "2024-01-02" },
    "dataType time": { hints: { dataType: "time" }, stored: { data_type: "time" }, type: [/^TIME$/, /^time/], value: "10:00:00" },
    "dataType json": { hints: { dataType: "json" }, stored: { data_type: "json" }, type: [/^JSON$/, /^jsonb$/], value: { a: 1 } },
    "dataType binary": {
      hints: { dataType: "binary" },
      stored: { data_type: "binary" },
      type: [/^BLOB$/, /^bytea$/],
      value: new Uint8Array([1]),
    },
    "dataType wei": { hints: { dataType: "wei" }, stored: { data_type: "wei" }, type: [/^DECIMAL\(38,0\)$/, /^numeric\(156,78\)$/] },
    nullable: { hints: { nullable: false }, stored: { nullable: false }, isRequired: true },
    "precision of a text": {
      hints: { dataType: "text", precision: 7 },
      stored: { precision: 7 },
      type: [/^VARCHAR$/, /^character varying\(7\)$/],
    },
    "precision of an integer": {
      hints: { dataType: "bigint", precision: 32 },
      stored: { precision: 32 },
      type: [/^INTEGER$/, /^integer$/],
    },
    "precision and scale of a decimal": {
      hints: { dataType: "decimal", precision: 10, scale: 2 },
      stored: { precision: 10, scale: 2 },
      type: [/^DECIMAL\(10,2\)$/, /^numeric\(10,2\)$/],
    },
    "timezone false": {
      hints: { dataType: "timestamp", timezone: false },
      stored: { timezone: false },
      type: [/^TIMESTAMP$/, /^timestamp without time zone$/],
    },
    "timezone true": {
      hints: { dataType: "timestamp", timezone: true },
      stored: { timezone: true },
      type: [/^TIMESTAMP WITH TIME ZONE$/, /^timestamp with time zone$/],
    },
    description: { hints: { description: "what it is" }, stored: { description: "what it is" } },
    primaryKey: { hints: { primaryKey: true }, stored: { primary_key: true, nullable: false }, isRequired: true },
    mergeKey: { hints: { mergeKey: true }, stored: { merge_key: true, nullable: false }, isRequired: true },
    unique: { hints: { unique: true }, stored: { unique: true } },
    sort: { hints: { sort: true }, stored: { sort: true } },
    partition: { hints: { partition: true }, stored: { partition: true } },
    cluster: { hints: { cluster: true }, stored: { cluster: true } },
    rowKey: { hints: { rowKey: true }, stored: { row_key: true } },
    parentKey: { hints: { parentKey: true }, stored: { parent_key: true } },
    rootKey: { hints: { rootKey: true }, stored: { root_key: true } },
    hardDelete: { hints: { dataType: "bool", hardDelete: true }, stored: { hard_delete: true } },
    dedupSort: { hints: { dedupSort: "desc" }, stored: { dedup_sort: "desc" } },
    "a hint of one's own": { hints: { "x-own": { a: [1] } }, stored: { "x-own": { a: [1] } } },
  };

  test.each(Object.entries(cases))("%s", async (_, { hints, stored, type, isRequired = false, value = 1 }) => {
    const p = localPipeline();
    await p.run(resource("r", { columns: { hinted: hints } }, [{ id: 1, hinted: value }]));
    expect(p.defaultSchema!.tables["r"]!.columns["hinted"]).toMatchObject(stored);
    const column = await columnOf(p, "hinted");
    if (type !== undefined) expect(column.type).toMatch(type[onPostgres ? 1 : 0]);
    expect(column.isRequired).toBe(isRequired);
  });

  test("unique is a constraint where the destination creates indexes", async () => {
    const p = localPipeline();
    await p.run(resource("r", { columns: { code: { unique: true } } }, [{ code: "a" }]));
    const sql =
      "SELECT count(*) AS n FROM information_schema.table_constraints WHERE table_schema = 'data' AND table_name = 'r' AND constraint_type = 'UNIQUE'";
    // `createIndexes` of Postgres is on by default, that of DuckDB is not; `_dlt_id` is unique, too.
    expect(await query(p, sql)).toEqual([{ n: onPostgres ? 2 : 0 }]);
  });

  async function columnOf(p: ReturnType<typeof localPipeline>, name: string): Promise<{ type: string; isRequired: boolean }> {
    const sql = onPostgres
      ? `SELECT format_type(atttypid, atttypmod) AS type, attnotnull AS required FROM pg_attribute WHERE attrelid = 'data.r'::regclass AND attname = '${name}'`
      : `SELECT data_type AS type, is_nullable = 'NO' AS required FROM information_schema.columns WHERE table_schema = 'data' AND table_name = 'r' AND column_name = '${name}'`;
    const [row] = await query<{ type: string; required: boolean }>(p, sql);
    return { type: row!.type, isRequired: row!.required };
  }
});

describe("hints that come one after the other", () => {
  test("applyHints merges columns and nested tables: what is not named stays", async () => {
    const p = localPipeline();
    const orders = resource(
      "orders",
      {
        "x-own": 1,
        columns: { id: { description: "number" } },
        nestedHints: { lines: { "x-own": 1, columns: { price: { dataType: "decimal" } } }, tags: { description: "labels" } },
      },
      [{ id: 1, lines: [{ price: 1, sku: 2 }], tags: ["a"] }],
    ).applyHints({
      "x-other": 2,
      columns: { id: { dataType: "text" } },
      nestedHints: { lines: { description: "parts", columns: { sku: { dataType: "text" } } } },
    });
    await p.run(orders);
    expect(p.defaultSchema!.tables).toMatchObject({
      orders: { "x-own": 1, "x-other": 2, columns: { id: { description: "number", data_type: "text" } } },
      orders__lines: {
        "x-own": 1,
        description: "parts",
        columns: { price: { data_type: "decimal" }, sku: { data_type: "text" } },
      },
      orders__tags: { description: "labels" },
    });
  });

  test("marks do the same while rows come", async () => {
    const p = localPipeline();
    await p.run(
      resource("orders", function* () {
        yield withHints(null, { nestedHints: { lines: { columns: { price: { dataType: "decimal" } } } } } as never);
        yield withHints({ lines: [{ price: 1, sku: 2 }] }, { nestedHints: { lines: { columns: { sku: { dataType: "text" } } } } } as never);
      }),
    );
    expect(p.defaultSchema!.tables["orders__lines"]!.columns).toMatchObject({
      price: { data_type: "decimal" },
      sku: { data_type: "text" },
    });
  });

  test("parallel: false on a source turns off what its resources ask for", async () => {
    const running: string[] = [];
    const slow = (name: string) =>
      resource(name, { parallel: true }, async function* () {
        for (let i = 0; i < 2; i += 1) {
          running.push(name);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running.push(`/${name}`);
          yield { i };
        }
      });
    const crm = source("crm", { parallel: true }, () => [slow("a"), slow("b")]);
    await localPipeline().run(crm().applyHints({ parallel: false }));
    const isAlone = (index: number): boolean => running[index + 1] === `/${running[index]}`;
    expect([0, 2, 4, 6].every(isAlone)).toBe(true);
  });
});

describe("maxTableNesting of a nested table", () => {
  const rows = [{ id: 1, lines: [{ sku: "a", parts: [{ n: 1, deep: [1] }] }], tags: [{ name: "t", words: ["w"] }] }];

  test("holds for what is below its rows, and for no other table", async () => {
    const p = localPipeline();
    await p.run(resource("r", { nestedHints: { lines: { maxTableNesting: 0 } } }, rows));
    expect(await tables(p)).toEqual(["r", "r__lines", "r__tags", "r__tags__words"]);
    expect(await query(p, "SELECT sku FROM r__lines")).toEqual([{ sku: "a" }]);
    expect(p.defaultSchema!.tables["r__lines"]!.columns["parts"]).toMatchObject({ data_type: "json" });
  });

  test("counts from its rows, also where the tables above allow less", async () => {
    const p = localPipeline();
    await p.run(resource("r", { maxTableNesting: 1, nestedHints: { lines: { maxTableNesting: 1 } } }, rows));
    expect(await tables(p)).toEqual(["r", "r__lines", "r__lines__parts", "r__tags"]);
  });

  test("counts for a nested table with a key of its own", async () => {
    const p = localPipeline();
    await p.run(resource("r", { nestedHints: { lines: { primaryKey: "sku", maxTableNesting: 0 } } }, rows));
    expect(await tables(p)).toEqual(["r", "r__lines", "r__tags", "r__tags__words"]);
  });
});
