import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { postgres } from "../../src/destinations/postgres/index.ts";
import { attach, type Pipeline, type PipelineEvent, type PipelineOptions, pipeline, resource } from "../../src/index.ts";
import { PipelineLock } from "../../src/load-package/lock.ts";
import { failure, machine, query, values } from "./local-pipeline.ts";

const users = resource("users", [{ id: 1, tags: ["a", "b"] }, { id: 2 }]);
const broken = resource("users", () => {
  throw new TypeError("boom", { cause: new RangeError("deep") });
});
const file = (p: Pipeline): string => join(p.workingDir, "trace.json");

afterEach(() => void vi.unstubAllEnvs());

describe("the trace", () => {
  test("is kept in the working directory, and read by the next process as it was", async () => {
    const m = machine();
    const { trace } = await m.pipeline().run(users);
    const p = m.pipeline();
    expect(p.lastTrace).toEqual(trace);
    expect(p.lastTrace!.startedAt).toBeInstanceOf(Date);
    expect(p.lastTrace!.steps[1]!.info!.finishedAt).toBeInstanceOf(Date);
    expect(String(p.lastTrace)).toBe(String(trace));
    expect((await attach("shop", { pipelinesDir: join(m.dir, "pipelines") })).lastTrace).toEqual(trace);
    expect(readdirSync(p.workingDir)).not.toContain("trace.json.tmp");
  });

  test("has each step with its package and what it did", async () => {
    const { trace, loadIds } = await machine().pipeline().run(users);
    const [loadId] = loadIds;
    expect(trace.steps.map(({ step, loadId: id }) => [step, id])).toEqual([
      ["sync", undefined],
      ["extract", undefined],
      ["normalize", loadId],
      ["load", loadId],
    ]);
    expect(trace.steps.map(({ info }) => info && Object.keys(info).filter((key) => /Counts|resources|packages/.test(key)))).toEqual([
      undefined,
      ["resources"],
      ["rowCounts"],
      ["packages", "rowCounts"],
    ]);
    expect(trace.steps[3]!.info).toMatchObject({ loadIds: [loadId], rowCounts: { users: 2, users__tags: 2 } });
    expect(trace.error).toBeUndefined();
  });

  test("of a call that failed has the error with its causes", async () => {
    const m = machine();
    await m.pipeline().run(users);
    await expect(m.pipeline().run(broken)).rejects.toThrow("boom");
    const trace = m.pipeline().lastTrace!;
    const causes = [
      { code: "error", name: "TypeError", message: "boom", stack: expect.stringContaining("trace.test.ts") },
      { code: "error", name: "RangeError", message: "deep" },
    ];
    expect(trace.steps.at(-1)).toMatchObject({ step: "extract", error: { code: "resource-failed", retryable: false, causes } });
    expect(trace.error).toMatchObject({ code: "step-failed", causes: [{ code: "resource-failed" }, ...causes] });
    expect(String(trace)).toMatch(/extract: .*, failed: \[resource-failed\] Resource `users`/);
  });

  test("says why no address of a host could be reached, which Node's own error does not", async () => {
    const refused = ["::1", "127.0.0.1"].map((address) => new Error(`connect ECONNREFUSED ${address}:80`));
    const p = machine().pipeline();
    const unreachable = resource("users", () => {
      throw new TypeError("fetch failed", { cause: new AggregateError(refused) });
    });
    await expect(p.run(unreachable)).rejects.toThrow("fetch failed (connect ECONNREFUSED ::1:80; connect ECONNREFUSED 127.0.0.1:80)");
    expect(p.lastTrace!.error!.causes!.at(-1)).toMatchObject({
      name: "AggregateError",
      message: "connect ECONNREFUSED ::1:80; connect ECONNREFUSED 127.0.0.1:80",
    });
  });

  test("has what went wrong outside of a step: a setting, a cancellation", async () => {
    vi.stubEnv("PIPELINES__SHOP__STATE__WARN_BYTES", "many");
    const m = machine();
    await expect(m.pipeline().run(users)).rejects.toMatchObject({ code: "config" });
    expect(m.pipeline().lastTrace).toMatchObject({
      steps: [],
      error: { code: "config", message: expect.stringContaining("state.warnBytes") },
    });
    vi.unstubAllEnvs();
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(m.pipeline().run(users, { signal })).rejects.toMatchObject({ code: "cancelled" });
    expect(m.pipeline().lastTrace).toMatchObject({ steps: [], error: { code: "cancelled", causes: [{ message: "enough" }] } });
  });

  test("is that of the last call that did something, not of one that looked", async () => {
    const m = machine();
    const p = m.pipeline();
    await p.run(users);
    await expect(p.extract(broken)).rejects.toThrow();
    const { runId } = p.lastTrace!;
    await p.drop("users", { dryRun: true });
    await p.stateHistory();
    await p.abortPackages();
    await p.normalize();
    expect([p.lastTrace!.runId, m.pipeline().lastTrace!.runId]).toEqual([runId, runId]);
    await p.drop("users");
    expect(m.pipeline().lastTrace).toMatchObject({ runId: p.lastTrace!.runId });
    expect(p.lastTrace!.runId).not.toBe(runId);
  });

  test("is the newest, whoever ran", async () => {
    const m = machine();
    const [one, other] = [m.pipeline(), m.pipeline()];
    await one.run(users);
    const { trace } = await other.run(users);
    expect(one.lastTrace!.runId).toBe(trace.runId);
  });

  test("is not taken from another process that runs the pipeline now", async () => {
    const m = machine();
    const p = m.pipeline();
    const { trace } = await p.run(users);
    using _ = PipelineLock.acquire({ workingDir: p.workingDir, pipelineName: "shop", now: new Date() });
    await expect(m.pipeline().run(users)).rejects.toMatchObject({ code: "pipeline-locked" });
    expect(p.lastTrace).toEqual(trace);
  });

  test("outlives a run in dev mode's fresh start, and a lost dataset", async () => {
    const m = machine();
    const dev = m.pipeline({ devMode: true });
    const { trace } = await dev.run(users);
    expect(dev.lastTrace).toEqual(trace);
    const second = await dev.run(users);
    expect(m.pipeline({ devMode: true }).lastTrace).toEqual(second.trace);
    const p = m.pipeline();
    await p.run(users);
    await using client = p.sqlClient();
    await client.execute("DROP SCHEMA data CASCADE");
    await client.close();
    const last = await p.run(users);
    expect(p.lastTrace).toEqual(last.trace);
  });

  test("that cannot be read says so, and the next run writes another one", async () => {
    const p = machine().pipeline();
    await p.run(users);
    writeFileSync(file(p), "{");
    const again = () => p.lastTrace;
    expect(again).toThrow("it is not the trace of a run. Delete the file");
    writeFileSync(file(p), JSON.stringify({ version: 2, steps: [] }));
    expect(again).toThrow(expect.objectContaining({ code: "version-too-new" }));
    const { trace } = await p.run(users);
    expect(p.lastTrace).toEqual(trace);
  });

  test("that cannot be written is a warning, and the run is none the worse", async () => {
    const events: PipelineEvent[] = [];
    const p = machine().pipeline({ onEvent: (event) => void events.push(event) });
    await p.run(users);
    rmSync(file(p));
    mkdirSync(join(file(p), "in the way"), { recursive: true });
    await expect(p.run(users)).resolves.toMatchObject({ rowCounts: { users: 2 } });
    expect(events.at(-1)).toMatchObject({ type: "warning", code: "trace-not-kept", message: expect.stringContaining("trace.json") });
  });

  test("and the other files hold no secret", async () => {
    const secret = "s3cret-pass";
    vi.stubEnv("DESTINATION__POSTGRES__CREDENTIALS__PASSWORD", secret);
    const m = machine();
    const options: PipelineOptions = { destination: postgres({ host: "127.0.0.1", port: 1, database: "d", username: "u" }) };
    const p = pipeline({ name: "shop", datasetName: "data", pipelinesDir: join(m.dir, "pipelines"), progress: "none", ...options });
    expect(await failure(() => p.run(users))).toMatchObject({ code: "connection" });
    expect(p.lastTrace!.resolvedConfig).toContainEqual(expect.objectContaining({ value: "*****" }));
    const texts = readdirSync(p.workingDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });

  test("has each setting of a connection string, without its secrets", async () => {
    vi.stubEnv("DESTINATION__POSTGRES__CREDENTIALS", "postgresql://u:s3cret-pass@127.0.0.1:1/d");
    const p = machine().pipeline({ destination: "postgres" });
    expect(await failure(() => p.run(users))).toMatchObject({ code: "connection" });
    const settings = p.lastTrace!.resolvedConfig.filter(({ provider }) => provider === "environment");
    expect(settings.map(({ key, value }) => [/\((.*)\)/.exec(key)?.[1], value])).toEqual([
      ["database", "d"],
      ["username", "u"],
      ["password", "*****"],
      ["host", "127.0.0.1"],
      ["port", 1],
    ]);
    vi.stubEnv("DESTINATION__DUCKDB__CREDENTIALS", "md:d?motherduck_token=s3cret-pass");
    const other = machine().pipeline({ destination: "duckdb" });
    expect(await failure(() => other.run(users))).toMatchObject({ code: "config", message: expect.stringContaining("MotherDuck") });
    expect(readFileSync(file(other), "utf8")).not.toContain("s3cret-pass");
  });
});

describe("traces and infos as data", () => {
  test("a trace gives tables of its steps, packages, jobs and row counts", async () => {
    const m = machine();
    const p = m.pipeline();
    const info = await p.run(users);
    await p.run([info.trace], { tableName: "_trace" });
    expect(await query(p, "SELECT run_id, pipeline_name, started_at = finished_at AS instant FROM _trace")).toEqual([
      { run_id: info.trace.runId, pipeline_name: "shop", instant: false },
    ]);
    expect(await values(p, "SELECT step FROM _trace__steps ORDER BY _dlt_list_idx")).toEqual(["sync", "extract", "normalize", "load"]);
    const rows =
      "SELECT c.table || ' ' || c.rows FROM _trace__steps__info__row_counts c JOIN _trace__steps s ON s._dlt_id = c._dlt_parent_id";
    expect(await values(p, `${rows} WHERE s.step = 'load' AND c.table NOT LIKE '\\_dlt%' ESCAPE '\\' ORDER BY 1`)).toEqual([
      "users 2",
      "users__tags 2",
    ]);
    expect(await values(p, "SELECT load_id FROM _trace__steps__info__packages")).toEqual(info.loadIds);
    expect(await values(p, 'SELECT "table" FROM _trace__steps__info__packages__jobs ORDER BY 1')).toEqual(
      info.packages[0]!.jobs.map(({ table }) => table).toSorted(),
    );
    expect(await values(p, "SELECT resource || ' ' || items FROM _trace__steps__info__resources")).toEqual(["users 2"]);
    expect(
      await values(p, `SELECT "column" FROM _trace__steps__info__schema_updates WHERE "table" = 'users' AND data_type = 'bigint'`),
    ).toEqual(["id"]);
  });

  test("another run and another process bring no new columns, but for what they are the first to have", async () => {
    const m = machine();
    const p = m.pipeline();
    const load = async (): Promise<readonly string[]> => {
      const info = await p.run(users);
      await p.run([m.pipeline().lastTrace], { tableName: "_trace" });
      const { packages } = await p.run([info], { tableName: "_load_info" });
      return packages.flatMap((one) => Object.keys(one.schemaUpdate));
    };
    await load();
    await load();
    expect(await load()).toEqual([]);
  });

  test("an info gives tables of packages, jobs, rows and new columns", async () => {
    const p = machine().pipeline();
    const info = await p.run(users);
    await p.run([info], { tableName: "_load_info" });
    expect(await query(p, "SELECT run_id, first_run, dataset_name, has_failed_jobs FROM _load_info")).toEqual([
      { run_id: info.trace.runId, first_run: true, dataset_name: "data", has_failed_jobs: false },
    ]);
    expect(await values(p, "SELECT schema_name FROM _load_info__packages")).toEqual(["shop"]);
    expect(await values(p, "SELECT count(*)::INT FROM _load_info__packages__jobs WHERE state = 'completed'")).toEqual([
      info.packages[0]!.jobs.length,
    ]);
    expect(await values(p, `SELECT "column" FROM _load_info__packages__schema_update WHERE "table" = 'users' ORDER BY 1`)).toEqual([
      "_dlt_id",
      "_dlt_load_id",
      "id",
    ]);
  });

  test("a failed trace brings its error and causes", async () => {
    const p = machine().pipeline();
    await expect(p.run(broken)).rejects.toThrow();
    await p.run([p.lastTrace], { tableName: "_trace" });
    expect(await values(p, "SELECT error__code FROM _trace")).toEqual(["step-failed"]);
    expect(await values(p, "SELECT name || ': ' || message FROM _trace__error__causes ORDER BY _dlt_list_idx OFFSET 1")).toEqual([
      "TypeError: boom",
      "RangeError: deep",
    ]);
  });

  test("an info stays plain data for JSON", async () => {
    const info = await machine().pipeline().run(users);
    const json = JSON.parse(JSON.stringify(info));
    expect(json.rowCounts).toEqual(info.rowCounts);
    expect(Object.keys(json)).toEqual(Object.keys(info));
  });
});
