import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveConfig } from "../../config/resolve.ts";
import { type CrashPoint, onCrashPoint } from "../../core/crash-point.ts";
import { Timestamp } from "../../core/timestamp.ts";
import type { DestinationContract, LoadJob, LoadSession, OpenContext, PackagePlan } from "../../destination-kit/index.ts";
import { bumpSchema } from "../../schema/bump.ts";
import type { ColumnSchema, SchemaDocument } from "../../schema/document.ts";
import { newSchema } from "../../schema/new-schema.ts";
import { stateTable } from "../../schema/system-tables.ts";
import { mergeTable } from "../../schema/update.ts";
import { type DuckDbOptions, duckdb } from "./index.ts";

let folder: string;
let sessions: LoadSession[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "leat-duckdb-"));
  sessions = [];
});

afterEach(async () => {
  onCrashPoint(undefined);
  await Promise.all(sessions.map((session) => session.close()));
  rmSync(folder, { recursive: true });
});

describe("commitPackage", () => {
  test("creates the dataset and loads rows, schema and load record of a first package", async () => {
    const session = await open();
    const jobs = [await parquet("users", "SELECT 1 AS id, 'Ada' AS name UNION ALL SELECT 2, 'Grace'")];
    const result = await session.commitPackage(plan("100.1", users, jobs));
    expect(await session.query("SELECT id, name FROM users ORDER BY id")).toEqual([
      { id: 1, name: "Ada" },
      { id: 2, name: "Grace" },
    ]);
    expect(await session.query("SELECT * FROM _dlt_loads")).toEqual([
      {
        load_id: "100.1",
        schema_name: "demo",
        status: 0,
        inserted_at: Timestamp.from("2024-01-02T03:04:05.123456Z"),
        schema_version_hash: users.version_hash,
      },
    ]);
    expect(await session.query("SELECT version, engine_version, schema_name, version_hash FROM _dlt_version")).toEqual([
      { version: 1, engine_version: 11, schema_name: "demo", version_hash: users.version_hash },
    ]);
    expect(Object.keys(result.appliedUpdate).sort()).toEqual(["_dlt_loads", "_dlt_version", "users"]);
  });

  test("adds the columns that a table lacks and stores the new version", async () => {
    const session = await open();
    await session.commitPackage(plan("100.1", users, [await parquet("users", "SELECT 1 AS id, 'Ada' AS name")]));
    const wider = withColumns(users, "users", [{ name: "born", data_type: "date", nullable: true }]);
    const result = await session.commitPackage(
      plan("100.2", wider, [await parquet("users", "SELECT 2 AS id, 'Grace' AS name, DATE '1906-12-09' AS born")]),
    );
    expect(result.appliedUpdate).toEqual({ users: { columns: { born: { name: "born", data_type: "date", nullable: true } } } });
    expect(await session.query("SELECT id, born::text AS born FROM users ORDER BY id")).toEqual([
      { id: 1, born: null },
      { id: 2, born: "1906-12-09" },
    ]);
    expect(await session.query("SELECT version_hash FROM _dlt_version ORDER BY version")).toEqual([
      { version_hash: users.version_hash },
      { version_hash: wider.version_hash },
    ]);
  });

  test("stores no second version of a schema that did not change", async () => {
    const session = await open();
    await session.commitPackage(plan("100.1", users, [await parquet("users", "SELECT 1 AS id")]));
    const result = await session.commitPackage(plan("100.2", users, [await parquet("users", "SELECT 2 AS id")]));
    expect(result.appliedUpdate).toEqual({});
    expect(await counts(session)).toEqual({ users: 2, versions: 1, loads: 2 });
  });

  test("does nothing when an attempt that may have committed turns out to have", async () => {
    const session = await open();
    const jobs = [await parquet("users", "SELECT 1 AS id")];
    const again = { ...plan("100.1", users, jobs), mayBeCommitted: true };
    await session.commitPackage(again);
    await session.commitPackage(again);
    expect(await counts(session)).toEqual({ users: 1, versions: 1, loads: 1 });
  });

  test("creates a table of a stored schema when its first rows come", async () => {
    const session = await open();
    const both = withColumns(users, "pets", [{ name: "name", data_type: "text" }]);
    await session.commitPackage(plan("100.1", both, [await parquet("users", "SELECT 1 AS id")]));
    const result = await session.commitPackage(plan("100.2", both, [await parquet("pets", "SELECT 'Rex' AS name")]));
    expect(Object.keys(result.appliedUpdate)).toEqual(["pets"]);
    expect(await session.query("SELECT name FROM pets")).toEqual([{ name: "Rex" }]);
  });

  test("brings a table up to date whose columns were stored without a job for it", async () => {
    const session = await open();
    const both = withColumns(users, "pets", [{ name: "name", data_type: "text" }]);
    await session.commitPackage(plan("100.1", both, [await parquet("pets", "SELECT 'Rex' AS name")]));
    const wider = withColumns(both, "pets", [{ name: "age", data_type: "bigint" }]);
    await session.commitPackage({ ...plan("100.2", wider, [await parquet("users", "SELECT 1 AS id")]) });
    await session.commitPackage(plan("100.3", wider, [await parquet("pets", "SELECT 'Tom' AS name, 3 AS age")]));
    expect(await session.query("SELECT name, age FROM pets ORDER BY name")).toEqual([
      { name: "Rex", age: null },
      { name: "Tom", age: 3 },
    ]);
  });

  test("loads many files of a table in the order of the jobs", async () => {
    const session = await open();
    const jobs: LoadJob[] = [];
    for (let at = 0; at < 5; at++) jobs.push(await parquet("users", `SELECT ${at} AS id${at === 2 ? ", 'late' AS name" : ""}`));
    const seen: string[] = [];
    await session.commitPackage(plan("100.1", users, jobs), {
      started: (job) => seen.push(`> ${job.jobId}`),
      completed: (job) => seen.push(`< ${job.jobId}`),
    });
    expect(await session.query("SELECT id FROM users")).toEqual([0, 1, 2, 3, 4].map((id) => ({ id })));
    expect(seen.filter((line) => line.startsWith("<"))).toEqual(jobs.map((job) => `< ${job.jobId}`));
  });

  test("empties a table before its new rows, also when it gets a column in the same package", async () => {
    const session = await open();
    await session.commitPackage(plan("100.1", users, [await parquet("users", "SELECT 1 AS id")]));
    const wider = withColumns(users, "users", [{ name: "age", data_type: "bigint" }]);
    await session.commitPackage({
      ...plan("100.2", wider, [await parquet("users", "SELECT 2 AS id, 30 AS age")]),
      truncate: ["users", "users__tags"],
    });
    expect(await session.query("SELECT id, age FROM users")).toEqual([{ id: 2, age: 30 }]);
  });

  test("drops tables, forgets all stored versions of the schema and stores one", async () => {
    const session = await open();
    await session.commitPackage(plan("100.1", users, [await parquet("users", "SELECT 1 AS id")]));
    const both = withColumns(users, "pets", [{ name: "name", data_type: "text" }]);
    await session.commitPackage(plan("100.2", both, [await parquet("pets", "SELECT 'Rex' AS name")]));
    const { users: _, ...tables } = both.tables;
    const rest = bumpSchema({ ...both, tables });
    await session.commitPackage({ ...plan("100.3", rest, []), drop: ["users"] });
    await expect(session.query("SELECT * FROM users")).rejects.toMatchObject({ code: "undefined-relation", relation: "users" });
    expect(await session.query("SELECT version_hash FROM _dlt_version")).toEqual([{ version_hash: rest.version_hash }]);
    expect(await session.query("SELECT name FROM pets")).toEqual([{ name: "Rex" }]);
  });

  test("leaves nothing behind when a job fails, and names the job", async () => {
    const session = await open();
    const good = await parquet("users", "SELECT 1 AS id");
    const bad = await parquet("users", "SELECT NULL::BIGINT AS id, 'nobody' AS name");
    const failure = await session.commitPackage(plan("100.1", users, [good, bad])).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "load-job-failed", loadId: "100.1", retryable: false, destination: "duckdb" });
    expect(failure).toMatchObject({ job: { jobId: bad.jobId, path: bad.path, state: "failed" } });
    expect((failure as Error).message).toContain("NOT NULL constraint failed: users.id");
    expect(await session.datasetExists()).toBe(false);
    expect(await session.hasLoad("100.1")).toBe(false);
  });

  test("keeps the rows of before when a package that replaces them fails", async () => {
    const session = await open();
    await session.commitPackage(plan("100.1", users, [await parquet("users", "SELECT 1 AS id")]));
    const bad = await parquet("users", "SELECT 'x' AS id");
    await expect(session.commitPackage({ ...plan("100.2", users, [bad]), truncate: ["users"] })).rejects.toMatchObject({
      code: "load-job-failed",
    });
    expect(await session.query("SELECT id FROM users")).toEqual([{ id: 1 }]);
    await session.commitPackage(plan("100.3", users, [await parquet("users", "SELECT 2 AS id")]));
    expect(await counts(session)).toEqual({ users: 2, versions: 1, loads: 2 });
  });

  test("names the job whose file is missing", async () => {
    const session = await open();
    const job = { ...(await parquet("users", "SELECT 1 AS id")), path: join(folder, "gone.parquet") };
    await expect(session.commitPackage(plan("100.1", users, [job]))).rejects.toThrow(/gone\.parquet/);
  });

  test("refuses a format that it cannot load before it changes anything", async () => {
    const session = await open();
    const job = { ...(await parquet("users", "SELECT 1 AS id")), format: "orc" };
    await expect(session.commitPackage(plan("100.1", users, [job]))).rejects.toMatchObject({ code: "unsupported" });
  });

  test("passes the crash points of a load in order", async () => {
    const session = await open();
    const passed: CrashPoint[] = [];
    onCrashPoint((name) => passed.push(name));
    await session.commitPackage(plan("100.1", users, []));
    expect(passed).toEqual(["load:in-transaction", "load:before-commit", "load:after-commit"]);
  });

  test("is visible to another session of the same process", async () => {
    const destination = duckdb({ path: "shared.duckdb" });
    const [writer, reader] = [await open(destination), await open(destination)];
    await expect(reader.query("SELECT * FROM users")).rejects.toMatchObject({ code: "undefined-relation" });
    await writer.commitPackage(plan("100.1", users, [await parquet("users", "SELECT 1 AS id")]));
    expect(await reader.query("SELECT id FROM users")).toEqual([{ id: 1 }]);
  });

  test("loads files from folders whose names are patterns or look like partitions", async () => {
    const session = await open();
    const jobs: LoadJob[] = [];
    for (const name of ["a*b", "a[1]", "what?", "year=2024", "it's"])
      jobs.push(await parquet("users", "SELECT 7 AS id", join(folder, name)));
    await session.commitPackage(plan("100.1", users, jobs));
    expect(await counts(session)).toMatchObject({ users: 5 });
  });

  test("loads insert_values and jsonl files as dlt writes them", async () => {
    const session = await open();
    const schema = withColumns(users, "users", [
      { name: "raw", data_type: "binary" },
      { name: "at", data_type: "timestamp" },
      { name: "doc", data_type: "json" },
      { name: "price", data_type: "decimal" },
    ]);
    const values = `INSERT INTO {}("id","name","raw","doc")\nVALUES\n(1,E'it\\'s {}',from_base64('AP8='),E'{"a":[1]}'),\n(2,NULL,NULL,NULL);`;
    const lines = '{"id":3,"raw":"AP8=","at":"2024-01-02T03:04:05.123456+00:00","doc":{"a":[1]},"price":"1.10"}\n{"id":4}\n';
    const jobs = [
      file("users", "insert_values", gzipSync(values), ".gz"),
      file("users", "jsonl", Buffer.from(lines)),
      file("users", "jsonl", gzipSync(lines.replaceAll(":3", ":5").replaceAll(":4", ":6")), ".gz"),
    ];
    await session.commitPackage(plan("100.1", schema, jobs));
    const rows = await session.query(
      'SELECT id, name, hex(raw) AS raw, "at", doc::text AS doc, price::text AS price FROM users ORDER BY id',
    );
    expect(rows[0]).toEqual({ id: 1, name: "it's {}", raw: "00FF", at: null, doc: '{"a":[1]}', price: null });
    expect(rows[2]).toMatchObject({
      id: 3,
      raw: "00FF",
      at: Timestamp.from("2024-01-02T03:04:05.123456Z"),
      doc: '{"a":[1]}',
      price: "1.100000000",
    });
    expect(rows).toHaveLength(6);
  });
});

describe("a table that is merged", () => {
  const merged = bumpSchema(mergeTable(users, { name: "users", write_disposition: "merge", columns: keyed("id") }));

  test("meets the rows of job files of every format", async () => {
    const session = await open();
    await session.commitPackage(
      plan("100.1", merged, [await parquet("users", "SELECT 1 AS id, 'Ada' AS name UNION ALL SELECT 2, 'Grace'")]),
    );
    const values = Buffer.from('INSERT INTO {}("id", "name") VALUES(2, \'Grace Hopper\')');
    const lines = Buffer.from('{"id":3,"name":"Joan"}\n');
    await session.commitPackage(plan("100.2", merged, [file("users", "insert_values", values), file("users", "jsonl", lines)]));
    expect(await session.query("SELECT id, name FROM users ORDER BY id")).toEqual([
      { id: 1, name: "Ada" },
      { id: 2, name: "Grace Hopper" },
      { id: 3, name: "Joan" },
    ]);
  });

  test("stays as it was when one of its files is damaged, and the next package loads", async () => {
    const session = await open();
    await session.commitPackage(plan("100.1", merged, [await parquet("users", "SELECT 1 AS id, 'Ada' AS name")]));
    const jobs = [await parquet("users", "SELECT 1 AS id, 'Eve' AS name"), file("users", "parquet", Buffer.from("no parquet"))];
    const error = await session.commitPackage(plan("100.2", merged, jobs)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "load-job-failed", job: { jobId: jobs[1]!.jobId } });
    expect(await session.query("SELECT id, name FROM users")).toEqual([{ id: 1, name: "Ada" }]);
    await session.commitPackage(plan("100.3", merged, jobs.slice(0, 1)));
    expect(await session.query("SELECT id, name FROM users")).toEqual([{ id: 1, name: "Eve" }]);
  });

  test("leaves no staging table behind", async () => {
    const session = await open();
    const jobs = [await parquet("users", "SELECT 1 AS id, 'Ada' AS name")];
    await session.commitPackage(plan("100.1", merged, jobs));
    expect(await session.query("SELECT table_name FROM duckdb_tables() WHERE temporary")).toEqual([]);
  });

  test("can be in a dataset that is named like DuckDB's catalog of temporary tables", async () => {
    const session = await open(duckdb(), { datasetName: "temp" });
    await session.commitPackage(plan("100.1", merged, [await parquet("users", "SELECT 1 AS id, 'Ada' AS name")]));
    await session.commitPackage(plan("100.2", merged, [await parquet("users", "SELECT 1 AS id, 'Eve' AS name")]));
    expect(await session.query(`SELECT name FROM ${session.qualifiedName("users")}`)).toEqual([{ name: "Eve" }]);
  });

  test("is refused when its schema asks for another strategy", async () => {
    const session = await open();
    const other = bumpSchema(mergeTable(merged, { name: "users", "x-merge-strategy": "cdc" }));
    const error = await session.commitPackage(plan("100.1", other, [await parquet("users", "SELECT 1 AS id")])).catch(String);
    expect(error).toContain("`duckdb` does not merge with the strategy `cdc`, which table `users` asks for.");
    expect(await session.datasetExists()).toBe(false);
  });
});

describe("reading what is stored", () => {
  test("finds nothing where nothing was loaded", async () => {
    const session = await open();
    expect(await session.readState("demo")).toBeUndefined();
    expect(await session.readSchema("demo")).toBeUndefined();
    expect(await session.hasLoad("100.1")).toBe(false);
    expect(await session.datasetExists()).toBe(false);
  });

  test("finds no state in a dataset that has no state table", async () => {
    const session = await open();
    await session.commitPackage(plan("100.1", users, []));
    expect(await session.readState("demo")).toBeUndefined();
    expect(await session.hasLoad("100.1")).toBe(true);
    expect(await session.hasLoad("100.2")).toBe(false);
    expect(await session.datasetExists()).toBe(true);
  });

  test("gives the newest state by load id whose load succeeded", async () => {
    const session = await open();
    const schema = withState(users);
    for (const [loadId, version] of [
      ["100.1", 3],
      ["100.3", 1],
      ["100.2", 2],
    ] as const) {
      await session.commitPackage(plan(loadId, schema, [await stateJob(loadId, version)]));
    }
    await session.execute("INSERT INTO _dlt_pipeline_state SELECT * REPLACE ('100.9' AS _dlt_load_id) FROM _dlt_pipeline_state LIMIT 1");
    await session.execute("INSERT INTO _dlt_loads VALUES ('100.9', 'demo', 1, now(), NULL)");
    expect(await session.readState("demo")).toEqual({
      version: 1,
      engineVersion: 4,
      pipelineName: "demo",
      blob: "blob-100.3",
      versionHash: "hash",
      createdAtMicros: 1704164645123456,
      loadId: "100.3",
    });
    expect(await session.readState("other")).toBeUndefined();
  });

  test("gives the newest version of a schema, whatever its number", async () => {
    const session = await open();
    const wider = withColumns(users, "users", [{ name: "age", data_type: "bigint" }]);
    await session.commitPackage({ ...plan("100.1", wider, []), insertedAtMicros: 2_000_000 });
    await session.commitPackage({ ...plan("100.2", users, []), insertedAtMicros: 3_000_000 });
    const stored = await session.readSchema("demo");
    expect(stored).toMatchObject({
      version: 1,
      engineVersion: 11,
      schemaName: "demo",
      versionHash: users.version_hash,
      insertedAtMicros: 3_000_000,
    });
    expect(JSON.parse(stored?.json ?? "")).toEqual(JSON.parse(JSON.stringify(users)));
  });
});

describe("plain SQL", () => {
  test("commits a transaction when its work resolves and rolls back when it throws", async () => {
    const session = await open();
    await session.execute("CREATE TABLE main.t (a BIGINT)");
    await session.transaction(async (client) => {
      expect(await client.execute("INSERT INTO main.t VALUES ($1), ($2)", [1, 2n])).toEqual({ rowCount: 2 });
    });
    const failure = new Error("changed my mind");
    const work = session.transaction(async (client) => {
      await client.execute("DELETE FROM main.t");
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await session.query("SELECT a FROM main.t")).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test("tells what is wrong with a statement", async () => {
    const session = await open();
    await expect(session.query("SELEC 1")).rejects.toMatchObject({ code: "unsupported", destination: "duckdb" });
    await expect(session.query("SELECT * FROM nowhere.t")).rejects.toMatchObject({ code: "undefined-relation", relation: "nowhere.t" });
  });

  test("gives rows in batches", async () => {
    const session = await open();
    const sizes: number[] = [];
    for await (const rows of session.batches<{ a: number }>("SELECT range AS a FROM range(10000)", [], 4096)) sizes.push(rows.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10_000);
    expect(sizes).toEqual([4096, 4096, 1808]);
  });

  test("names a table in full where dataset and database have one name", async () => {
    expect((await open(duckdb("other.duckdb"))).qualifiedName("users")).toBe('"chess_data"."users"');
    expect((await open(duckdb("chess_data.duckdb"))).qualifiedName("users")).toBe('"chess_data"."chess_data"."users"');
  });
});

describe("where the database is", () => {
  test("loads into a dataset that is named like its file, and reads it again", async () => {
    const session = await open(duckdb("chess_data.duckdb"));
    await session.commitPackage(plan("100.1", users, [await parquet("users", "SELECT 1 AS id")]));
    await session.commitPackage({
      ...plan("100.2", withColumns(users, "users", [{ name: "age", data_type: "bigint" }]), []),
      truncate: ["users"],
    });
    expect(await session.hasLoad("100.2")).toBe(true);
    expect(await session.query(`SELECT count(*) AS n FROM ${session.qualifiedName("users")}`)).toEqual([{ n: 0 }]);
  });

  test.each(["temp", "system", "Chess Data"])("loads into a dataset named %s", async (datasetName) => {
    const session = await open(duckdb("x.duckdb"), { datasetName });
    await session.commitPackage(plan("100.1", users, [await parquet("users", "SELECT 1 AS id")]));
    expect(await session.query(`SELECT id FROM ${session.qualifiedName("users")}`)).toEqual([{ id: 1 }]);
  });

  test.each<[string | DuckDbOptions | undefined, string]>([
    [undefined, "demo.duckdb"],
    ["data.duckdb", "data.duckdb"],
    ["duckdb:///data.duckdb?threads=1", "data.duckdb"],
    [":pipeline:", "work/demo.duckdb"],
    [{ path: "/data/abs.duckdb" }, "/data/abs.duckdb"],
    [{ path: ":memory:" }, ":memory:"],
  ])("%j is the file %s", async (given, expected) => {
    const place = await contractOf(duckdb(given)).describe(context());
    expect(place).toBe(expected.startsWith("/") || expected === ":memory:" ? expected : join(folder, expected));
  });

  test("takes the path from the config when the code gives none", async () => {
    const env = { DESTINATION__DUCKDB__CREDENTIALS: "duckdb:///from_env.duckdb" };
    expect(await contractOf(duckdb()).describe(context({}, env))).toBe(join(folder, "from_env.duckdb"));
  });

  test("keeps a database in memory as long as the destination, each its own", async () => {
    const destination = duckdb(":memory:");
    const first = await open(destination);
    await first.execute("CREATE TABLE main.t AS SELECT 1 AS a");
    await first.close();
    expect(await (await open(destination)).query("SELECT a FROM main.t")).toEqual([{ a: 1 }]);
    await expect((await open(duckdb(":memory:"))).query("SELECT a FROM main.t")).rejects.toMatchObject({ code: "undefined-relation" });
  });

  test("passes settings on to DuckDB, and says when there is no such setting", async () => {
    const session = await open(duckdb({ path: "duckdb:///s.duckdb?threads=1", settings: { memory_limit: "500MB" } }));
    expect(
      await session.query("SELECT current_setting('threads') AS t, current_setting('memory_limit') AS m, current_setting('TimeZone') AS z"),
    ).toEqual([{ t: 1, m: "476.8 MiB", z: "UTC" }]);
    await expect(open(duckdb({ path: "t.duckdb", settings: { thread: 1 } }))).rejects.toThrow(/no setting `thread`/);
  });

  test("creates UNIQUE constraints only when asked to", async () => {
    const schema = withColumns(users, "users", [{ name: "_dlt_id", data_type: "text", nullable: false, unique: true }]);
    const twice = "SELECT 1 AS id, 'x' AS _dlt_id UNION ALL SELECT 2, 'x'";
    await (await open()).commitPackage(plan("100.1", schema, [await parquet("users", twice)]));
    const strict = await open(duckdb({ path: "strict.duckdb", createIndexes: true }));
    await expect(strict.commitPackage(plan("100.1", schema, [await parquet("users", twice)]))).rejects.toThrow(/[Dd]uplicate key/);
  });

  test("makes a new file in one step and leaves no other file", async () => {
    await (await open()).close();
    expect(readdirSync(folder)).toEqual(["demo.duckdb"]);
  });

  test("releases the file when it is closed", async () => {
    const session = await open();
    await session.commitPackage(plan("100.1", users, [await parquet("users", "SELECT 1 AS id")]));
    await session.close();
    await session.close();
    expect(existsSync(join(folder, "demo.duckdb.wal"))).toBe(false);
    const child = await holdOpen(join(folder, "demo.duckdb"));
    await child.end();
  });
});

describe("a file that cannot be opened", () => {
  test("is locked by another process: the error names it and can be tried again", async () => {
    await (await open()).close();
    const child = await holdOpen(join(folder, "demo.duckdb"));
    try {
      await expect(open()).rejects.toMatchObject({
        code: "connection",
        retryable: true,
        message: expect.stringContaining(`process ${child.pid} `),
      });
    } finally {
      await child.end();
    }
    await expect(open()).resolves.toBeDefined();
  });

  test("is no database", async () => {
    writeFileSync(join(folder, "demo.duckdb"), "name,age\nAda,36\n".repeat(1000));
    await expect(open()).rejects.toThrow(
      `\`${join(folder, "demo.duckdb")}\` is not a DuckDB database. Name another file, or move this one away.`,
    );
  });

  test("is in a folder that does not exist", async () => {
    await expect(open(duckdb("no/such/x.duckdb"))).rejects.toThrow(/The folder `.*no\/such` does not exist/);
  });

  test("is a folder", async () => {
    await expect(open(duckdb(folder))).rejects.toThrow(/is a folder\. Name a file/);
  });
});

const usersTable = {
  name: "users",
  columns: columnsOf([
    { name: "id", data_type: "bigint", nullable: false },
    { name: "name", data_type: "text", nullable: true },
  ]),
};
const users = bumpSchema(mergeTable(newSchema("demo"), usersTable));

function withColumns(schema: SchemaDocument, table: string, columns: readonly ColumnSchema[]): SchemaDocument {
  return bumpSchema(mergeTable(schema, { name: table, columns: columnsOf(columns) }));
}

function withState(schema: SchemaDocument): SchemaDocument {
  const columns = { ...stateTable.columns, _dlt_id: { name: "_dlt_id", data_type: "text", nullable: false } as const };
  return bumpSchema(mergeTable(schema, { ...stateTable, columns }));
}

function columnsOf(columns: readonly ColumnSchema[]): Record<string, ColumnSchema> {
  return Object.fromEntries(columns.map((column) => [column.name, column]));
}

function keyed(name: string): Record<string, ColumnSchema> {
  return columnsOf([{ name, primary_key: true, nullable: false }]);
}

function plan(loadId: string, schema: SchemaDocument, jobs: readonly LoadJob[]): PackagePlan {
  const tables = [...new Set(jobs.map((job) => job.table))];
  return {
    loadId,
    pipelineName: "shop",
    schema,
    tables,
    truncate: [],
    drop: [],
    jobs,
    createdAtMicros: 1704164645123456,
    insertedAtMicros: 1704164645123456,
  };
}

function contractOf(destination: unknown): DestinationContract {
  return destination as DestinationContract;
}

function context(changes: Partial<OpenContext> = {}, env: Record<string, string> = {}): OpenContext {
  return {
    pipelineName: "demo",
    datasetName: "chess_data",
    workingDir: join(folder, "work"),
    cwd: folder,
    config: (spec, overrides) =>
      resolveConfig(spec, { overrides, sections: ["destination", "duckdb"], environment: { env, projectDir: folder, globalDir: folder } }),
    ...changes,
  };
}

async function open(destination: unknown = duckdb(), changes: Partial<OpenContext> = {}): Promise<LoadSession> {
  const session = await contractOf(destination).open(context(changes));
  sessions.push(session);
  return session;
}

let jobNumber = 0;

async function parquet(table: string, sql: string, into: string = folder): Promise<LoadJob> {
  const name = `${table}.${String(++jobNumber).padStart(10, "0")}.parquet`;
  const path = join(into, name);
  const writer = await contractOf(scratch).open(context());
  mkdirSync(into, { recursive: true });
  await writer.execute(`COPY (${sql}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  await writer.close();
  return { jobId: name, table, format: "parquet", path, bytes: statSync(path).size };
}

const scratch = duckdb(":memory:");

function stateJob(loadId: string, version: number): Promise<LoadJob> {
  return parquet(
    "_dlt_pipeline_state",
    `SELECT ${version}::BIGINT AS version, 4::BIGINT AS engine_version, 'demo' AS pipeline_name, 'blob-${loadId}' AS state, ` +
      `TIMESTAMPTZ '2024-01-02 03:04:05.123456+00' AS created_at, 'hash' AS version_hash, '${loadId}' AS _dlt_load_id, 'id' AS _dlt_id`,
  );
}

function file(table: string, format: string, content: Uint8Array, suffix = ""): LoadJob {
  const name = `${table}.${String(++jobNumber).padStart(10, "0")}.${format}${suffix}`;
  const path = join(folder, name);
  writeFileSync(path, content);
  return { jobId: name, table, format, path, bytes: content.length };
}

async function counts(session: LoadSession): Promise<unknown> {
  const count = (table: string) => `(SELECT count(*) FROM ${session.qualifiedName(table)})`;
  const sql = `SELECT ${count("users")} AS users, ${count("_dlt_version")} AS versions, ${count("_dlt_loads")} AS loads`;
  return (await session.query(sql))[0];
}

/** Another process that keeps the file open. */
async function holdOpen(path: string): Promise<{ readonly pid: number; end(): Promise<void> }> {
  const code = `
    const { DuckDBInstance } = await import("@duckdb/node-api");
    globalThis.held = await DuckDBInstance.create(${JSON.stringify(path)});
    console.log("open");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return {
    pid: child.pid ?? 0,
    async end() {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
