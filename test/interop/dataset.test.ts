import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Table, tableToIPC } from "apache-arrow";
import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { postgres } from "../../src/destinations/postgres/index.ts";
import { type Pipeline, PlainDate, pipeline, type Relation, resource, Timestamp } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { databaseKinds, postgresDatabases } from "./postgres-databases.ts";
import { runPython } from "./python.ts";

const script = fileURLToPath(new URL("dataset_with_dlt.py", import.meta.url));

const users = [
  {
    id: 1,
    name: "Ada",
    at: "2024-01-02T03:04:05.123456+00:00",
    day: "1815-12-10",
    amount: "12345678901234567890.123456789",
    is_ok: true,
    score: 0.5,
    meta: { a: [1] },
    tags: ["x", "y"],
    addresses: [
      { city: "London", phones: [{ number: "1" }, { number: "2" }] },
      { city: "Paris", phones: [] },
    ],
  },
  {
    id: 2,
    name: "Bob's",
    at: "1969-12-31T23:59:59.999999+00:00",
    day: "2024-02-29",
    amount: "-0.5",
    is_ok: false,
    score: -2,
    meta: null,
    tags: [],
    addresses: [],
  },
  {
    id: 3,
    name: "数量",
    at: "2025-01-01T00:00:00+00:00",
    day: "9999-12-31",
    amount: "0",
    is_ok: true,
    score: 1e300,
    meta: { a: [] },
    tags: ["x"],
    addresses: [{ city: "Oslo", phones: [{ number: "3" }] }],
  },
];

const orders = [
  { id: 10, user_id: 1 },
  { id: 11, user_id: 3 },
  { id: 12, user_id: 9 },
];

interface DltReading {
  readonly row_counts: { readonly [table: string]: number };
  readonly relations: { readonly [name: string]: { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] } };
  readonly max: { readonly [column: string]: unknown };
  readonly load_ids: readonly string[];
  readonly arrow: { readonly [column: string]: readonly [leat: unknown, dlt: unknown, areEqual: boolean] };
}

const newDatabase = postgresDatabases();

describe.each(databaseKinds)("a dataset on %s", (kind) => {
  test.each(["leat", "dlt"])(
    "that %s wrote is read the same by both: counts, relations, joins, largest values, Arrow",
    { timeout: 240_000 },
    async (writer) => {
      const folder = tempDir();
      const database = kind === "duckdb" ? join(folder, "data.duckdb") : await newDatabase();
      const arrow = join(folder, "users.arrow");
      const plan = { database, dataset: "social_data", arrow, users, orders };
      const python = (load: boolean) => runPython(script, JSON.stringify({ ...plan, load }), folder);
      const p = pipeline({
        name: "social",
        destination: kind === "duckdb" ? duckdb(database) : postgres(database),
        datasetName: "social_data",
        pipelinesDir: join(folder, "pipelines-of-leat"),
        progress: "none",
      });
      if (writer === "dlt") await python(true);
      else await load(p);
      const [relations, table] = [
        relationsOf(p),
        await p
          .dataset()
          .table("users")
          .select(...arrowColumns)
          .orderBy("id")
          .arrow(),
      ];
      writeFileSync(arrow, tableToIPC(table as Table, "file"));
      const byDlt = JSON.parse(await python(false)) as DltReading;
      expect(await p.dataset().rowCounts()).toEqual(byDlt.row_counts);
      expect((await p.dataset().loads()).map((one) => one.loadId)).toEqual(byDlt.load_ids);
      for (const [name, { columns, rows }] of Object.entries(byDlt.relations)) {
        const found = await relations[name]!.fetchAll();
        expect([name, Object.keys(found[0] ?? {}).sort()]).toEqual([name, [...columns].sort()]);
        const cells = found.map((row) => columns.map((column) => textOf(row[column])));
        const isOrdered = ["chosen", "where", "limited"].includes(name);
        expect([name, isOrdered ? cells : sorted(cells)]).toEqual([name, isOrdered ? rows : sorted(rows)]);
      }
      const largest = Object.keys(byDlt.max).map(async (column) => [column, textOf(await p.dataset().table("users").max(column))] as const);
      expect(Object.fromEntries(await Promise.all(largest))).toEqual(byDlt.max);
      for (const [name, [leat, dlt, areEqual]] of Object.entries(byDlt.arrow)) expect([name, leat, areEqual]).toEqual([name, dlt, true]);
    },
  );
});

const arrowColumns = ["id", "name", "at", "day", "amount", "is_ok", "score", "meta"];

async function load(p: Pipeline): Promise<void> {
  const rows = users.map((row) => ({
    ...row,
    at: Timestamp.from(row.at),
    day: PlainDate.from(row.day),
    amount: new Decimal(row.amount),
  }));
  const references = [{ referencedTable: "users", columns: ["user_id"], referencedColumns: ["id"] }];
  await p.run([resource("users", { columns: { meta: { dataType: "json" } } }, rows), resource("orders", { references }, orders)]);
}

function relationsOf(p: Pipeline): Record<string, Pick<Relation, "fetchAll">> {
  const dataset = p.dataset();
  const users = dataset.table("users");
  return {
    chosen: users.select("id", "name", "at", "day", "amount", "is_ok").orderBy("id"),
    where: users.where("id", ">", 1).select("id").orderBy("id", "desc"),
    limited: users.select("id").orderBy("id", "desc").limit(2),
    joined: users.join("users__tags"),
    upwards: dataset.table("users__tags").join("users"),
    two_levels: users.join("users__addresses__phones"),
    step_by_step: users.join("users__addresses").join("users__addresses__phones"),
    declared: dataset.table("orders").join("users"),
    declared_back: users.join("orders"),
  };
}

/** As the script prints it. */
function textOf(value: unknown): unknown {
  if (value instanceof Date)
    return value.toISOString().replace(/(\.\d+)?Z$/, (_, part = "") => `${String(part).padEnd(7, "0").replace(/^0/, ".")}+00:00`);
  if (Decimal.isDecimal(value)) return value.toFixed();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return typeof value === "object" && value !== null ? String(value) : value;
}

function sorted(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
