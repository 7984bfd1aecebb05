import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { Decimal } from "decimal.js";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { PlainDate } from "../../../src/core/plain-date.ts";
import { PlainDateTime } from "../../../src/core/plain-date-time.ts";
import { PlainTime } from "../../../src/core/plain-time.ts";
import { Timestamp } from "../../../src/core/timestamp.ts";
import { postgresDialect } from "../../../src/destinations/postgres/dialect.ts";
import { type PostgresOptions, postgres } from "../../../src/destinations/postgres/index.ts";
import { type Pipeline, type PipelineOptions, pipeline, resource } from "../../../src/index.ts";
import { createPostgres, type TestDatabase } from "../../destinations.ts";
import { failure, query, tables, values } from "../../e2e/local-pipeline.ts";
import { readFixture } from "../../fixtures.ts";
import { tempDir } from "../../temp-dir.ts";
import { connectTo, locationOf } from "./connection.ts";

const merge = { writeDisposition: "merge", primaryKey: "id" } as const;

describe("types", () => {
  const row = {
    text: 'it\'s \\ "x", é\u{1F600}\n',
    empty: "",
    whole: 1,
    large: 9007199254740993n,
    double: 0.1,
    flag: true,
    at: Timestamp.from("2024-01-02T03:04:05.678901Z"),
    wall: PlainDateTime.from("2024-01-02T03:04:05.678901"),
    day: PlainDate.from("1906-12-09"),
    time: PlainTime.from("03:04:05.000001"),
    price: new Decimal("12345678901234567890123456789.123456789"),
    wei: 2n ** 64n - 1n,
    bytes: new Uint8Array([0, 255]),
    doc: { a: [9007199254740993n, 1.5, "\\"] },
  };

  test("each data type has its column, and each value comes back", async () => {
    const shop = await onPostgres();
    await shop.run(resource("items", { columns: { doc: { dataType: "json" }, wall: { timezone: false } } }, [row]));
    const [loaded] = await query(shop, "SELECT * FROM items");
    expect(loaded).toMatchObject({ ...row, wei: new Decimal(2n ** 64n - 1n), doc: String.raw`{"a": [9007199254740993, 1.5, "\\"]}` });
    expect(await columnTypes(shop, "items")).toEqual({
      text: "character varying",
      empty: "character varying",
      whole: "bigint",
      large: "bigint",
      double: "double precision",
      flag: "boolean",
      at: "timestamp with time zone",
      wall: "timestamp without time zone",
      day: "date",
      time: "time without time zone",
      price: "numeric",
      wei: "numeric",
      bytes: "bytea",
      doc: "jsonb",
      _dlt_load_id: "character varying",
      _dlt_id: "character varying",
    });
  });

  test("the tables of dlt have dlt's columns and constraints", async () => {
    const shop = await onPostgres();
    await shop.run(
      resource("items", function* ({ state }) {
        state["seen"] = 1;
        yield { id: 1 };
      }),
    );
    interface StoredColumn {
      readonly type: string;
      readonly nullable: string;
      readonly character_maximum_length?: number;
    }
    const { by_destination } = readFixture<{
      by_destination: { postgres: { storage_columns: { [table: string]: { [column: string]: StoredColumn } } } };
    }>("ddl.json");
    for (const name of ["_dlt_version", "_dlt_loads", "_dlt_pipeline_state"]) {
      const sql = `SELECT column_name AS name, data_type AS type, is_nullable AS nullable, character_maximum_length AS length FROM information_schema.columns WHERE table_schema = 'data' AND table_name = '${name}' ORDER BY ordinal_position`;
      const dlts = Object.entries(by_destination.postgres.storage_columns[name]!);
      expect(await query(shop, sql)).toEqual(
        dlts.map(([column, { type, nullable, character_maximum_length: length = null }]) => ({ name: column, type, nullable, length })),
      );
    }
    const sql =
      "SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) AS c FROM pg_constraint WHERE contype = 'u' AND connamespace = 'data'::regnamespace ORDER BY 1";
    expect(await values(shop, sql)).toEqual(["_dlt_pipeline_state UNIQUE (_dlt_id)", "items UNIQUE (_dlt_id)"]);
  });

  test("a job file that dlt left behind loads into the table that dlt made, whatever the server's settings are", async () => {
    const { by_destination } = readFixture<{
      by_destination: { postgres: { create_table_statements: Record<string, [string]>; job_files: Record<string, { text: string }> } };
    }>("ddl.json");
    const { create_table_statements: statements, job_files: files } = by_destination.postgres;
    const path = join(tempDir(), "t.insert_values");
    writeFileSync(path, Object.entries(files).find(([name]) => name.includes("/t."))![1].text);
    const database = await createPostgres();
    await database.query(`ALTER DATABASE ${locationOf(database.url).database} SET standard_conforming_strings = off`);
    const connection = await connectTo(locationOf(database.url));
    const job = { jobId: "t", table: "t", format: "insert_values", path, bytes: 1 };
    const [statement] = await postgresDialect.loadJobs('"ddl_postgres_ds"."t"', { name: "t", columns: {} }, [job]);
    await connection.script(["CREATE SCHEMA ddl_postgres_ds", statements["t"]![0], statement as string]);
    expect(await connection.query("SELECT c_text, c_bigint, c_binary, c_json, c_wei, c_timestamp, ts_3 FROM ddl_postgres_ds.t")).toEqual([
      {
        c_text: "x",
        c_bigint: 4611686018427387904n,
        c_binary: new Uint8Array([0, 255]),
        c_json: '{"a": [1]}',
        c_wei: new Decimal("1000000000000000000"),
        c_timestamp: Timestamp.from("2024-01-02T03:04:05.123456Z"),
        ts_3: Timestamp.from("2024-01-02T03:04:05.123Z"),
      },
    ]);
  });

  test("NUL characters, which Postgres cannot store, are left out of texts and documents", async () => {
    const shop = await onPostgres();
    await shop.run(resource("items", { columns: { doc: { dataType: "json" } } }, [{ text: "a\0b", doc: { c: "d\0e", f: "\\u0000" } }]));
    expect(await query(shop, "SELECT text, doc->>'c' AS c, doc->>'f' AS f FROM items")).toEqual([{ text: "ab", c: "de", f: "\\u0000" }]);
  });
});

describe("a package", () => {
  test("that Postgres refuses is rolled back, and the error names job, line and column", async () => {
    const shop = await onPostgres();
    await shop.run([{ id: 1 }], { tableName: "items" });
    const columns = { code: { precision: 3 } };
    const error = await failure(() => shop.run(resource("items", { columns }, [{ id: 2, code: "abcd" }])));
    expect(error).toMatchObject({ code: "load-job-failed", retryable: false, job: { table: "items" } });
    expect(String(error)).toContain("value too long for type character varying(3). COPY items, line 2, column code");
    expect(await query(shop, "SELECT * FROM items")).toMatchObject([{ id: 1 }]);
    expect(await values(shop, "SELECT count(*) FROM _dlt_loads")).toEqual([1]);
  });

  test("whose connection breaks waits, and the next run stores it once", async () => {
    const database = await createPostgres();
    const shop = pipelineOn(database, { load: { maxRetries: 0 } });
    await shop.run([{ id: 1 }], { tableName: "items" });
    const other = await connectTo(locationOf(database.url));
    await other.script(["BEGIN", "LOCK TABLE data.items"]);
    const running = failure(() => shop.run([{ id: 2 }], { tableName: "items" }));
    const waiting =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await expect.poll(() => database.query(waiting), { timeout: 20_000 }).toHaveLength(1);
    expect(await running).toMatchObject({ retryable: true, message: expect.stringContaining("is lost") });
    await other.script(["ROLLBACK"]);
    await shop.run([{ id: 3 }], { tableName: "items" });
    expect(await values(shop, "SELECT id FROM items ORDER BY id")).toEqual([1, 2, 3]);
    expect(await values(shop, "SELECT count(*) FROM _dlt_loads")).toEqual([3]);
  });

  test("is seen by others whole or not at all: an older snapshot keeps the rows that are replaced", async () => {
    const database = await createPostgres();
    const shop = pipelineOn(database);
    await shop.run([{ id: 1 }], { tableName: "items" });
    const reader = await connectTo(locationOf(database.url));
    await reader.script(["BEGIN ISOLATION LEVEL REPEATABLE READ"]);
    expect(await reader.query("SELECT count(*) AS n FROM data._dlt_loads")).toEqual([{ n: 1 }]);
    await shop.run(resource("items", { writeDisposition: "replace" }, [{ id: 2 }, { id: 3 }]));
    expect(await reader.query("SELECT id FROM data.items")).toEqual([{ id: 1 }]);
    await reader.script(["COMMIT"]);
    expect(await reader.query("SELECT id FROM data.items ORDER BY id")).toEqual([{ id: 2 }, { id: 3 }]);
  });

  test("of many files loads in their order", async () => {
    const shop = await onPostgres();
    const rows = Array.from({ length: 5000 }, (_, id) => ({ id, pad: "x".repeat(id % 700) }));
    await shop.run(resource("items", rows));
    await shop.run(
      resource(
        "items",
        merge,
        [...rows].reverse().map((row) => ({ ...row, seen: true })),
      ),
    );
    expect(await query(shop, "SELECT count(*) AS n, count(seen) AS seen FROM items")).toEqual([{ n: 5000, seen: 5000 }]);
  });

  test("with rows of many sizes keeps the first of a key", async () => {
    const shop = await onPostgres();
    const rows = Array.from({ length: 20_000 }, (_, at) => ({
      id: at % 4000,
      round: Math.floor(at / 4000),
      pad: "x".repeat((at * 7919) % 1500),
    }));
    await shop.run(resource("items", merge, rows));
    expect(await query(shop, "SELECT round, count(*) AS rows FROM items GROUP BY round")).toEqual([{ round: 0, rows: 4000 }]);
  });

  test("merges tables whose names have all the bytes there are, and differ at their ends", async () => {
    const shop = await onPostgres();
    const long = "a".repeat(55);
    const document = { id: 1, [`${long}1`]: [{ n: 1 }], [`${long}2`]: [{ n: 2 }] };
    for (let run = 0; run < 2; run++) await shop.run(resource("items", merge, [document]));
    const nested = (await tables(shop)).filter((name) => String(name).startsWith("items__")) as string[];
    expect(nested).toHaveLength(2);
    for (const name of nested) {
      expect(name.length).toBeLessThanOrEqual(63);
      expect(await values(shop, `SELECT count(*) FROM ${name}`)).toEqual([1]);
    }
  });
});

describe("several writers", () => {
  test("that create one dataset, its tables and columns at the same moment do not fail", async () => {
    const database = await createPostgres();
    const load = (n: number) =>
      pipelineOn(database, { name: `part_${n}` }).run([{ n, [`only_${n}`]: true, lines: [{ n }] }], { tableName: "items" });
    await Promise.all([1, 2, 3, 4, 5].map(load));
    await Promise.all([6, 7, 8, 9].map(load));
    expect(await database.query("SELECT count(*) AS n FROM data.items")).toEqual([{ n: 9 }]);
    expect(await database.query("SELECT count(*) AS n FROM data.items__lines")).toEqual([{ n: 9 }]);
    expect(await database.query("SELECT count(*) AS n FROM data._dlt_loads")).toEqual([{ n: 9 }]);
  });

  test("wait for each other no longer than lockTimeout says; the package can be loaded later", async () => {
    const database = await createPostgres();
    const other = await connectTo(locationOf(database.url));
    const shop = pipelineOn(database, { destination: postgres({ connectionString: database.url, lockTimeout: "100ms" }) });
    await shop.run([{ id: 1 }], { tableName: "items" });
    await other.script(["BEGIN", "LOCK TABLE data._dlt_version IN ACCESS EXCLUSIVE MODE"]);
    const error = await failure(() => shop.run([{ id: 2 }], { tableName: "items" }));
    expect(error).toMatchObject({ code: "connection", retryable: true });
    expect(String(error)).toContain("raise lockTimeout");
    await other.script(["ROLLBACK"]);
    await shop.run([{ id: 3 }], { tableName: "items" });
    expect(await values(shop, "SELECT id FROM items ORDER BY id")).toContain(3);
  });
});

describe("the client for SQL", () => {
  test("means the tables of the dataset, also after a transaction was rolled back", async () => {
    const shop = await onPostgres();
    await shop.run([{ id: 1 }], { tableName: "items" });
    await using sql = shop.sqlClient();
    const broken = sql.transaction(async (inside) => {
      await inside.execute("DELETE FROM items");
      throw new Error("changed my mind");
    });
    await expect(broken).rejects.toThrow("changed my mind");
    expect(await sql.query("SELECT id FROM items")).toEqual([{ id: 1 }]);
    expect(await sql.execute("UPDATE items SET id = $1 WHERE id = $2", [2n, 1])).toEqual({ rowCount: 1 });
    await expect(sql.query("SELECT * FROM gone")).rejects.toMatchObject({ code: "undefined-relation", relation: "gone" });
  });
});

describe("settings", () => {
  test("are looked up: a URL in the environment", async () => {
    const { url } = await createPostgres();
    setEnvironment({ DESTINATION__POSTGRES__CREDENTIALS: url });
    const shop = pipelineOn("postgres");
    await shop.run([{ id: 1 }], { tableName: "items" });
    expect(await values(shop, "SELECT id FROM items")).toEqual([1]);
  });

  test("are looked up: fields in config.toml, as dlt names them, and the password elsewhere", async () => {
    const { host, port, database, username } = locationOf((await createPostgres()).url);
    const dir = tempDir();
    mkdirSync(join(dir, ".leat"));
    const lines = [`host = "${host}"`, `port = ${port}`, `database = "${database}"`, `username = "${username}"`, "connect_timeout = 5"];
    writeFileSync(
      join(dir, ".leat", "config.toml"),
      `[destination.postgres]\ncreate_indexes = false\n[destination.postgres.credentials]\n${lines.join("\n")}\n`,
    );
    setEnvironment({ DESTINATION__POSTGRES__CREDENTIALS__PASSWORD: "s3cret-pass" });
    const cwd = process.cwd();
    process.chdir(dir);
    onTestFinished(() => process.chdir(cwd));
    const shop = pipelineOn("postgres");
    await shop.run([{ id: 1 }], { tableName: "items" });
    expect(await values(shop, "SELECT id FROM items")).toEqual([1]);
    expect(await values(shop, "SELECT count(*) FROM pg_constraint WHERE contype = 'u' AND conrelid = 'items'::regclass")).toEqual([0]);
    expect(inspect(shop.lastTrace, { depth: 9 })).not.toContain("s3cret-pass");
  });

  test("that are missing are named", async () => {
    const error = await failure(() => pipelineOn("postgres").run([{ id: 1 }], { tableName: "items" }));
    expect(error).toMatchObject({ code: "config" });
    expect(String(error)).toContain("destination.postgres");
    expect(String(error)).toContain("DESTINATION__POSTGRES__CREDENTIALS");
  });

  test.each<[PostgresOptions, string]>([
    [{ connectionString: "mysql://x:s3cret-pass@h/d" }, "This is no Postgres URL."],
    [{ connectionString: "postgres://x:s3cret-pass@h/d?sslmod=require" }, "has no setting `sslmod`"],
    [{ connectionString: "postgres://x:s3cret-pass@h/d?sslmode=on" }, "`sslmode=on` is no mode"],
    [{ connectionString: "postgres://x:s3cret-pass@h/d?sslrootcert=/gone.pem" }, "`/gone.pem`, which cannot be read"],
    [{ connectionString: "postgres://x:s3cret-pass@h/d?connect_timeout=soon" }, "`soon` is not a duration"],
    [{ connectionString: "postgres://x:s3cret-pass@h/d?channel_binding=on" }, "`channel_binding=on` is not known"],
    [{ connectionString: "postgres://x:s3cret-pass@h/d?gssencmode=require" }, "no `gssencmode=require` here"],
    [{ connectionString: "postgres://x:s3cret-pass@h/d?target_session_attrs=standby" }, "no `target_session_attrs=standby` here"],
    [{ connectionString: "postgres://x:s3cret-pass@h/d?client_encoding=latin1" }, "no `client_encoding=latin1` here"],
    [{ connectionString: "postgres://x:s3cret-pass@h/d", ssl: { ca: "no PEM" } }, "holds no certificate"],
  ])("that are wrong are refused without the password", async (options, expected) => {
    const error = await failure(async () => pipelineOn(postgres(options)).run([{ id: 1 }], { tableName: "items" }));
    expect(error).toMatchObject({ code: "config", message: expect.stringContaining(expected) });
    expect(inspect(error)).not.toContain("s3cret-pass");
  });

  test("of a session reach the server, from the URL, the code and the config", async () => {
    const { url } = await createPostgres();
    const query = new URLSearchParams({ options: "-c work_mem=5MB -c lock_timeout=7s", application_name: "nightly", connect_timeout: "7" });
    setEnvironment({ DESTINATION__POSTGRES__LOCK_TIMEOUT: "8s", DESTINATION__POSTGRES__CREDENTIALS: `${url}?${query}` });
    const settings =
      "SELECT current_setting(name) FROM unnest(ARRAY['work_mem', 'application_name', 'lock_timeout', 'statement_timeout']) AS name";
    expect(await values(pipelineOn("postgres"), settings)).toEqual(["5MB", "nightly", "8s", "0"]);
    const inCode = postgres({ connectionString: `${url}?${query}`, name: "other", lockTimeout: "9s", statementTimeout: "2m" });
    expect(await values(pipelineOn(inCode), settings)).toEqual(["5MB", "nightly", "9s", "2min"]);
    expect(await values(pipelineOn(postgres({ connectionString: `${url}?${query}`, name: "third" })), settings)).toContain("7s");
  });

  test("a statement that takes too long is told, and the next run stores the package once", async () => {
    const { url, query: ask } = await createPostgres();
    const shop = (options: PostgresOptions) =>
      pipelineOn(postgres({ connectionString: url, ...options }), { pipelinesDir, load: { maxRetries: 1 } });
    const pipelinesDir = tempDir();
    await shop({}).run([{ id: 1 }], { tableName: "items" });
    await ask("ALTER TABLE data.items ADD CHECK (id <> 2 OR pg_sleep(1) IS NOT NULL)");
    const error = await failure(() => shop({ statementTimeout: "200ms" }).run([{ id: 2 }], { tableName: "items" }));
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining("Raise statementTimeout") });
    await shop({ statementTimeout: "1m" }).run();
    expect(await values(shop({}), "SELECT id FROM items ORDER BY id")).toEqual([1, 2]);
  });

  test("that are secret are in no error, event, line, trace or file of a run that fails", async () => {
    const { url, query: ask } = await createPostgres();
    const told: unknown[] = [];
    const write = (...line: unknown[]): void => void told.push(line);
    const pipelinesDir = tempDir();
    const shop = pipelineOn(postgres(Object.assign(new URL(url), { password: "s3cret-pass" }).href), {
      pipelinesDir,
      progress: "log",
      logger: { debug: write, info: write, warn: write, error: write },
      onEvent: (event) => void told.push(event),
    });
    await shop.run([{ id: 1 }], { tableName: "items" });
    await ask("ALTER TABLE data.items ADD CHECK (id < 2)");
    const errors = [await failure(() => shop.run([{ id: 2 }], { tableName: "items" }))];
    await ask("DROP SCHEMA data CASCADE; CREATE SCHEMA data; CREATE VIEW data._dlt_loads AS SELECT 1 AS a");
    errors.push(await failure(() => shop.run()));
    const files = readdirSync(pipelinesDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    expect(told.length).toBeGreaterThan(5);
    expect(texts.length).toBeGreaterThan(3);
    for (const text of [inspect([errors, told, shop.lastTrace], { depth: 12, showHidden: true }), JSON.stringify(shop.lastTrace), ...texts])
      expect(text).not.toContain("s3cret");
  });

  test("given in code count before those of the connection string", async () => {
    const { url } = await createPostgres();
    const { database } = locationOf(url);
    const wrong = Object.assign(new URL(url), { pathname: "/nowhere" }).href;
    const shop = pipelineOn(postgres({ connectionString: wrong, database, name: "warehouse" }));
    await shop.run([{ id: 1 }], { tableName: "items" });
    expect(shop.state).toMatchObject({ destination_type: "dlt.destinations.postgres", destination_name: "warehouse" });
    expect(inspect(shop.state)).toContain(`/${database}`);
  });
});

function setEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

async function onPostgres(): Promise<Pipeline> {
  return pipelineOn(await createPostgres());
}

function pipelineOn(place: TestDatabase | NonNullable<PipelineOptions["destination"]>, options: PipelineOptions = {}): Pipeline {
  const destination = typeof place === "object" && "url" in place ? place.destination() : place;
  return pipeline({ name: "shop", destination, datasetName: "data", pipelinesDir: tempDir(), progress: "none", ...options });
}

async function columnTypes(from: Pipeline, table: string): Promise<unknown> {
  const sql = `SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_schema = 'data' AND table_name = '${table}'`;
  return Object.fromEntries((await query<{ name: string; type: string }>(from, sql)).map(({ name, type }) => [name, type]));
}
