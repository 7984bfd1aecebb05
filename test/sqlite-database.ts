import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DestinationContract, LoadSession, OpenContext } from "../src/destination-kit/contract.ts";
import { sqlite } from "../src/destinations/sqlite/index.ts";
import { connectSqlite } from "../src/drivers/sqlite.ts";
import type { Destination } from "../src/index.ts";
import type { TestDatabase } from "./destinations.ts";
import { tempDir } from "./temp-dir.ts";

/** In a folder of its own, unless one is given. What tests ask `information_schema` and `DROP SCHEMA` for, SQLite is asked in its way. */
export function newSqlite(folder: string = tempDir(), name = "data"): TestDatabase {
  const path = join(folder, `${name}.db`);
  return {
    kind: "sqlite",
    url: path,
    destination: () => withSchemas(sqlite(path) as DestinationContract, path),
    async query<Row>(sql: string) {
      const datasets = datasetsOf(path);
      if (createsDataset.test(sql)) datasets.push(createsDataset.exec(sql)![1]!);
      const connection = await connectSqlite({ path, datasets, busyTimeoutMs: 10_000 });
      try {
        if (createsDataset.test(sql)) {
          await connection.attach({ create: true });
          return [];
        }
        return await asking(sql, path, connection, (text) => connection.query<Row>(text));
      } finally {
        await connection.close();
      }
    },
  };
}

function datasetsOf(path: string): string[] {
  const start = `${basename(path, ".db")}__`;
  return readdirSync(dirname(path)).flatMap((file) =>
    file.startsWith(start) && file.endsWith(".db") ? [file.slice(start.length, -3)] : [],
  );
}

const createsDataset = /^CREATE SCHEMA (\w+)$/;
const dropsDataset = /^DROP SCHEMA (\w+) CASCADE$/;

function withSchemas(destination: DestinationContract, path: string): Destination {
  return {
    ...destination,
    async open(context: OpenContext): Promise<LoadSession> {
      const session = await destination.open(context);
      const { query, execute } = session;
      session.query = (sql, ...rest) => asking(sql, path, session, (text) => query.call(session, text, ...rest) as Promise<never>);
      session.execute = (sql, ...rest) => asking(sql, path, session, (text) => execute.call(session, text, ...rest));
      return session;
    },
  } as Destination;
}

interface Client {
  query<Row>(sql: string): Promise<Row[]>;
  execute(sql: string): Promise<unknown>;
}

async function asking<T>(sql: string, path: string, client: Client, ask: (sql: string) => Promise<T>): Promise<T> {
  const [, dataset] = dropsDataset.exec(sql) ?? [];
  if (dataset !== undefined) return dropDataset(dataset, path, ask);
  if (sql.includes(" information_schema.")) await makeInformationSchema(client, path);
  return ask(sql);
}

async function dropDataset<T>(dataset: string, path: string, ask: (sql: string) => Promise<T>): Promise<T> {
  const result = await ask(`DETACH ${dataset}`);
  const files = readdirSync(dirname(path)).filter((name) => name.startsWith(`data__${dataset}.db`));
  for (const name of files) rmSync(join(dirname(path), name));
  return result;
}

/** A copy of what other databases have by themselves. */
async function makeInformationSchema(client: Client, path: string): Promise<void> {
  for (const dataset of datasetsOf(path)) await client.query(`SELECT 1 FROM ${dataset}.sqlite_master LIMIT 1`);
  const { length } = await client.query("SELECT 1 FROM pragma_database_list WHERE name = 'information_schema'");
  if (length === 0) await client.execute("ATTACH ':memory:' AS information_schema");
  const tables = "SELECT schema, name FROM pragma_table_list WHERE schema <> 'information_schema' AND name NOT LIKE 'sqlite_%'";
  const copies = {
    schemata: "SELECT name AS schema_name FROM pragma_database_list WHERE name <> 'information_schema'",
    tables: `SELECT schema AS table_schema, name AS table_name, 'BASE TABLE' AS table_type FROM (${tables})`,
    columns:
      "SELECT t.schema AS table_schema, t.name AS table_name, c.name AS column_name, c.type AS data_type, c.cid AS ordinal_position, " +
      `iif(c."notnull", 'NO', 'YES') AS is_nullable FROM (${tables}) AS t JOIN pragma_table_info(t.name, t.schema) AS c`,
  };
  for (const [name, rows] of Object.entries(copies)) {
    await client.execute(`DROP TABLE IF EXISTS "information_schema".${name}`);
    await client.execute(`CREATE TABLE "information_schema".${name} AS ${rows}`);
  }
}
