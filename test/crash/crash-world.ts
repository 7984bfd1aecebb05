import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { CrashPoint } from "../../src/core/crash-point.ts";
import { parseTyped } from "../../src/core/json.ts";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { pipeline, type SqlClient } from "../../src/index.ts";
import { decodeStateBlob } from "../../src/state/blob.ts";

/** What `world.mjs` makes: its folder, how many rows each feed has in the end, and how many a run takes of them. */
export interface World {
  readonly dir: string;
  readonly total: number;
  readonly batch: number;
  /** Characters that make a row heavy. */
  readonly pad?: number;
  /** How long a page of rows takes to come. */
  readonly delayMs?: number;
}

export interface Child {
  readonly script: "finish" | "continueClean" | "everything";
  readonly world: World;
  readonly kill?: { readonly name: CrashPoint; readonly hit: number };
  /** Killed from outside after so many milliseconds. */
  readonly killAfterMs?: number;
}

export interface Ended {
  readonly wasKilled: boolean;
  readonly hits: Readonly<Record<string, number>>;
  readonly ms: number;
}

/** Runs `work` in a folder of its own. */
export async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), "leat-crash-"));
  try {
    await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs a child process to its end. Throws when it ends by anything but success or SIGKILL. */
export async function runChild({ killAfterMs, ...argument }: Child): Promise<Ended> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [childPath, JSON.stringify(argument)], { stdio: ["ignore", "pipe", "pipe"] });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (...ended) => resolve(ended)),
  );
  clearTimeout(timer);
  const wasKilled = signal === "SIGKILL";
  if (code !== 0 && !wasKilled) throw new Error(`A child (${JSON.stringify(argument)}) ended with ${signal ?? code}:\n${output}`);
  const { hits = {} } = wasKilled ? {} : (JSON.parse(output) as { hits?: Record<string, number> });
  return { wasKilled, hits, ms: performance.now() - startedAt };
}

const childPath = fileURLToPath(new URL("child.mjs", import.meta.url));

/** After a run that came to its end: exactly the rows, state and data in step, nothing left behind. */
export async function expectExactly(world: World): Promise<void> {
  const p = pipeline({ name: "feed", destination: duckdb(databasePath(world)), datasetName: "data", pipelinesDir: join(world.dir, "pipelines") });
  await using client = p.sqlClient();
  await expectRows(client, world);
  await expectLoads(client, world);
  await expectState(client, world);
  expect(p.hasPendingData).toBe(false);
  expect(p.firstRun).toBe(false);
  expect(leftovers(world)).toEqual([]);
}

async function expectRows(client: SqlClient, { total, batch }: World): Promise<void> {
  const ids = Array.from({ length: total }, (_, id) => id);
  const tags = ids.flatMap((event) => Array.from({ length: event % 3 }, (_, index) => [event, index]));
  const rows = async (sql: string): Promise<unknown[]> => (await client.query(sql)).map((row) => Object.values(row));

  expect(await rows("SELECT id, value, value__v_text FROM events ORDER BY id")).toEqual(
    ids.map((id) => (id % 2 === 0 ? [id, id, null] : [id, null, `n${id}`])),
  );
  expect(await rows("SELECT event, index FROM events__tags ORDER BY ALL")).toEqual(tags);
  expect(await rows("SELECT event, index FROM events__tags__marks ORDER BY ALL")).toEqual(tags);
  expect(await rows("SELECT id FROM orders ORDER BY id")).toEqual(ids.map((id) => [id]));
  expect(await rows("SELECT \"order\", sku FROM orders__lines ORDER BY 1")).toEqual(ids.map((id) => [id, `sku ${id}`]));
  expect(await rows("SELECT id, total FROM invoices ORDER BY id")).toEqual(ids.map((id) => [id, id * 10]));

  const generation = (await client.query<{ g: number }>("SELECT max(generation) AS g FROM snapshot"))[0]?.g;
  const members = Array.from({ length: batch }, (_, id) => [id, generation]);
  expect(await rows("SELECT id, generation FROM snapshot ORDER BY id")).toEqual(members);
  expect(await rows("SELECT part, generation FROM snapshot__parts ORDER BY part")).toEqual(members);

  expect(await rows("SELECT t.event FROM events__tags t LEFT JOIN events e ON e._dlt_id = t._dlt_parent_id WHERE e.id IS DISTINCT FROM t.event")).toEqual([]);
}

/** One record for every package, every row of one of them, and none of a package that is not in. */
async function expectLoads(client: SqlClient, world: World): Promise<void> {
  const loads = await client.query<{ load_id: string; status: number }>("SELECT load_id, status FROM _dlt_loads ORDER BY load_id");
  const loadIds = loads.map((load) => load.load_id);
  expect(loads.filter((load) => load.status !== 0)).toEqual([]);
  expect(loadIds).toEqual([...new Set(loadIds)]);
  const used = await client.query<{ id: string }>(
    "SELECT DISTINCT _dlt_load_id AS id FROM (FROM events SELECT _dlt_load_id UNION ALL FROM orders SELECT _dlt_load_id UNION ALL FROM snapshot SELECT _dlt_load_id UNION ALL FROM _dlt_pipeline_state SELECT _dlt_load_id)",
  );
  expect(used.map((row) => row.id).filter((id) => !loadIds.includes(id))).toEqual([]);
  expect(readdirSync(join(workingDir(world), "load", "loaded")).filter((id) => !loadIds.includes(id))).toEqual([]);
  const twice = await client.query("SELECT version_hash FROM _dlt_version GROUP BY ALL HAVING count(*) > 1");
  expect(twice).toEqual([]);
}

interface FeedState {
  readonly _state_version: number;
  readonly _version_hash: string;
  readonly sources: Readonly<Record<string, { readonly generation?: number; readonly resources?: Readonly<Record<string, { readonly next: number }>> }>>;
}

/** The counters say what the tables hold, and the local state is the newest one of the destination. */
async function expectState(client: SqlClient, world: World): Promise<void> {
  const [row] = await client.query<{ state: string }>(
    "SELECT state FROM _dlt_pipeline_state s JOIN _dlt_loads l ON l.load_id = s._dlt_load_id ORDER BY l.load_id DESC LIMIT 1",
  );
  const stored = decodeStateBlob(row!.state) as unknown as FeedState;
  const { _local, ...local } = parseTyped(readFileSync(join(workingDir(world), "state.json"), "utf8")) as FeedState & { _local: unknown };
  expect(local).toEqual(stored);
  const { alpha, beta } = stored.sources;
  expect(alpha?.resources?.["events"]?.next).toBe(world.total);
  expect(beta?.resources?.["orders"]?.next).toBe(world.total);
  const [snapshot] = await client.query<{ g: number }>("SELECT max(generation) AS g FROM snapshot");
  expect(alpha?.generation).toBe(snapshot?.g);

  for (const name of ["alpha", "beta"]) {
    const text = readFileSync(join(workingDir(world), "schemas", `${name}.schema.json`), "utf8");
    const [version] = await client.query<{ version_hash: string }>(
      `SELECT version_hash FROM _dlt_version WHERE schema_name = '${name}' ORDER BY inserted_at DESC, version DESC LIMIT 1`,
    );
    expect((JSON.parse(text) as { version_hash: string }).version_hash).toBe(version?.version_hash);
  }
}

/** Everything in the folder that a finished run has no use for. */
function leftovers(world: World): string[] {
  const known = ["data.duckdb", "state-before.json", "pipelines", "pipelines/feed"];
  const inWorkingDir =
    /^(state\.json|schemas(\/(alpha|beta)\.schema\.json)?|normalize(\/(\.version|extracted))?|load(\/(\.version|new|normalized|loaded(\/.*)?))?)$/;
  return readdirSync(world.dir, { recursive: true, encoding: "utf8" }).filter((path) => {
    if (known.includes(path)) return false;
    const inside = path.startsWith("pipelines/feed/") ? path.slice("pipelines/feed/".length) : "";
    return !inWorkingDir.test(inside) || inside.endsWith(".tmp");
  });
}

export function workingDir(world: World): string {
  return join(world.dir, "pipelines", "feed");
}

export function databasePath(world: World): string {
  return join(world.dir, "data.duckdb");
}

/** True where a full test was asked for; else a sample has to do. */
export function crashRuns(sampled: number): number {
  const asked = Number(process.env["LEAT_CRASH_RUNS"] ?? sampled);
  if (!Number.isInteger(asked) || asked < 1) throw new Error("LEAT_CRASH_RUNS has to be a whole number of runs.");
  return asked;
}

/** Calls `work` for every value, two at a time: the machine of a test has two cores. */
export async function inPairs<T>(values: readonly T[], work: (value: T) => Promise<void>): Promise<void> {
  const queue = [...values];
  const lane = async (): Promise<void> => {
    for (let value = queue.shift(); value !== undefined; value = queue.shift()) await work(value);
  };
  await Promise.all([lane(), lane()]);
}

export function hasBuiltPackage(): boolean {
  return existsSync(join(process.env["LEAT_DIST"] ?? fileURLToPath(new URL("../../dist", import.meta.url)), "index.js"));
}
