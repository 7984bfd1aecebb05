import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { CrashPoint } from "../../src/core/crash-point.ts";
import { parseTyped } from "../../src/core/json.ts";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { postgres } from "../../src/destinations/postgres/index.ts";
import { sqlite } from "../../src/destinations/sqlite/index.ts";
import { type Destination, pipeline } from "../../src/index.ts";
import { decodeStateBlob } from "../../src/state/blob.ts";
import { openBucket } from "../bucket-files.ts";

/** What `world.mjs` makes: its folder, how many rows each feed has in the end, and how many a run takes of them. */
export interface World {
  readonly dir: string;
  readonly total: number;
  readonly batch: number;
  /** Characters that make a row heavy. */
  readonly pad?: number;
  /** How long a page of rows takes to come. */
  readonly delayMs?: number;
  /** Where the database is, when not in the folder. */
  readonly database?: string;
  /** URL of a PostgreSQL database, which holds the data instead. */
  readonly postgres?: string;
  /** Path of a SQLite database to load into. */
  readonly sqlite?: string;
  /** Folder of files to load into. */
  readonly bucket?: string;
  /** State is kept in the working directory alone. */
  readonly forgetful?: boolean;
  /** Runs are cut into packages. */
  readonly commitEvery?: { readonly rows?: number; readonly ms?: number };
  /** False: each table is loaded in a transaction of its own. */
  readonly atomic?: boolean;
  /** So many threads normalize; raw files end early, so that there is work for them. */
  readonly workers?: number;
}

/** What `child.mjs` can do. */
export type Script =
  | "finish"
  | "finishAndGoOnElsewhere"
  | "cut"
  | "intoFunction"
  | "bulk"
  | "extract"
  | "normalize"
  | "load"
  | "finishBesideOthers"
  | "runs"
  | "staleLock"
  | "cleanMachine"
  | "behindPackages"
  | "failedJobs"
  | "cleaned"
  | "lostDatabase"
  | "drop"
  | "refresh"
  | "abort"
  | "restore"
  | "everything";

export interface Child {
  readonly script: Script;
  readonly world: World;
  readonly kill?: { readonly name: CrashPoint; readonly hit: number };
  /** Killed from outside so many milliseconds after it began to work. */
  readonly killAfterMs?: number;
  /** The user it works as. */
  readonly uid?: number;
  /** No file that it writes may grow beyond so many KiB. */
  readonly maxFileKb?: number;
}

export interface Ended {
  readonly wasKilled: boolean;
  readonly hits: Readonly<Record<string, number>>;
  /** What it threw. */
  readonly error: ToldError | undefined;
  readonly ms: number;
}

export interface ToldError {
  readonly code?: string;
  readonly message: string;
  readonly cause?: ToldError;
  readonly [key: string]: unknown;
}

/** Crash points of destinations without transactions. */
export const withoutTransaction: readonly CrashPoint[] = ["load:prepared", "load:batch-sent", "load:job-stored", "load:before-record"];

/** Runs `work` in a folder of its own. */
export async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), "leat-crash-"));
  try {
    await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs a child process until it ends or is killed. Throws when it ends in any other way, or when a rejection went unhandled in it. */
export async function runChild({ killAfterMs, maxFileKb, ...argument }: Child): Promise<Ended> {
  const startedAt = performance.now();
  const node = [process.execPath, childPath, JSON.stringify(argument)];
  const [command, ...rest] = maxFileKb === undefined ? node : ["bash", "-c", `ulimit -f ${maxFileKb}; exec "$@"`, "bash", ...node];
  const child = spawn(command!, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOME: argument.world.dir },
  });
  let timer: NodeJS.Timeout | undefined;
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    if (killAfterMs !== undefined) timer ??= setTimeout(() => child.kill("SIGKILL"), killAfterMs);
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
  const told = output.trim().split("\n").at(-1) ?? "";
  const { hits = {}, error } = wasKilled ? {} : (JSON.parse(told) as Partial<Ended>);
  return { wasKilled, hits, error, ms: performance.now() - startedAt };
}

/**
 * Finishes what was left, and throws unless that succeeds. It happens in this process: to start one more takes longer than the work.
 * Where threads normalize it is one more, since they have settings for all of it.
 */
export async function finish(world: World, script: "finish" | "finishAndGoOnElsewhere" = "finish"): Promise<void> {
  if (world.workers !== undefined) return void (await finishInChild(world, script));
  const { openWorld } = (await import("./world.mjs" as string)) as {
    readonly openWorld: (world: World) => Readonly<Record<typeof script, () => Promise<void>>>;
  };
  await openWorld(world)[script]();
}

/** The same in a child, which tells what it came by. */
export async function finishInChild(world: World, script: "finish" | "finishAndGoOnElsewhere" = "finish"): Promise<Ended> {
  const ended = await runChild({ script, world });
  if (ended.error !== undefined) throw new Error(`The child threw: ${JSON.stringify(ended.error, undefined, 1)}`);
  return ended;
}

const childPath = fileURLToPath(new URL("child.mjs", import.meta.url));

/** After a run that came to its end: exactly the rows, state and data in step, nothing left behind. */
export async function expectExactly(world: World): Promise<void> {
  const p = pipeline({
    name: "feed",
    destination: destinationOf(world),
    datasetName: "data",
    pipelinesDir: join(world.dir, "pipelines"),
  });
  // All the files, whatever leat's own reader makes of them.
  await using client = world.bucket === undefined ? p.sqlClient() : await openBucket(world.bucket, "data");
  await expectRows(client, world);
  await expectLoads(client, world);
  await expectState(client, world);
  expect(p.hasPendingData).toBe(false);
  expect(p.firstRun).toBe(false);
  expect(leftovers(world)).toEqual([]);
}

interface Reading {
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
}

async function expectRows(client: Reading, { total, bucket }: World): Promise<void> {
  const ids = Array.from({ length: total }, (_, id) => id);
  const tags = ids.flatMap((event) => Array.from({ length: event % 3 }, (_, index) => [event, index]));
  const rows = async (sql: string): Promise<unknown[]> => (await client.query(sql)).map((row) => Object.values(row));

  expect(await rows("SELECT id, value, value__v_text FROM events ORDER BY id")).toEqual(
    ids.map((id) => (id % 2 === 0 ? [id, id, null] : [id, null, `n${id}`])),
  );
  expect(await rows('SELECT event, "index" FROM events__tags ORDER BY 1, 2')).toEqual(tags);
  expect(await rows('SELECT event, "index" FROM events__tags__marks ORDER BY 1, 2')).toEqual(tags);
  expect(await rows("SELECT id FROM orders ORDER BY id")).toEqual(ids.map((id) => [id]));
  expect(await rows('SELECT "order", sku FROM orders__lines ORDER BY 1')).toEqual(ids.map((id) => [id, `sku ${id}`]));
  expect(await rows("SELECT id FROM ledger ORDER BY id")).toEqual(ids.map((id) => [id]));
  expect(await rows("SELECT id, total FROM invoices ORDER BY id")).toEqual(ids.map((id) => [id, id * 10]));

  if (bucket === undefined) await expectMerged(client, ids);

  const generation = (await client.query<{ g: number }>("SELECT max(generation) AS g FROM snapshot"))[0]?.g;
  const members = Array.from({ length: 5 }, (_, id) => [id, generation]);
  expect(await rows("SELECT id, generation FROM snapshot ORDER BY id")).toEqual(members);
  expect(await rows("SELECT part, generation FROM snapshot__parts ORDER BY part")).toEqual(members);

  expect(
    await rows("SELECT t.event FROM events__tags t LEFT JOIN events e ON e._dlt_id = t._dlt_parent_id WHERE e.id IS DISTINCT FROM t.event"),
  ).toEqual([]);
}

async function expectMerged(client: Reading, ids: readonly number[]): Promise<void> {
  const rows = async (sql: string): Promise<unknown[]> => (await client.query(sql)).map((row) => Object.values(row));
  expect(await rows("SELECT id FROM accounts ORDER BY id")).toEqual(ids.map((id) => [id]));
  expect(await rows("SELECT account FROM accounts__owners ORDER BY 1")).toEqual(ids.map((id) => [id]));
  await expectVersions(client);
}

/** Of each row every version once, each from the end of the one before, and the last one current. */
async function expectVersions(client: Reading): Promise<void> {
  const versions = await client.query<{ id: number; generation: number; _dlt_valid_from: Date; _dlt_valid_to: Date | null }>(
    "SELECT id, generation, _dlt_valid_from, _dlt_valid_to FROM prices ORDER BY id, generation",
  );
  const last = Math.max(...versions.map(({ generation }) => generation));
  const all = Array.from({ length: last }, (_, index) => index + 1);
  expect(versions.map(({ id, generation }) => [id, generation])).toEqual(
    [0, 1, 2].flatMap((id) => all.map((generation) => [id, generation])),
  );
  for (const [index, { generation, _dlt_valid_to: end }] of versions.entries())
    expect(end).toEqual(generation === last ? null : versions[index + 1]!._dlt_valid_from);
  const marks = await client.query<{ n: number | bigint }>("SELECT count(*) AS n FROM prices__marks");
  expect(Number(marks[0]?.n)).toBe(versions.length);
}

/** One record for every package, every row of one of them, and none of a package that is not in. */
async function expectLoads(client: Reading, world: World): Promise<void> {
  const loads = await client.query<{ load_id: string; status: number }>("SELECT load_id, status FROM _dlt_loads ORDER BY load_id");
  const loadIds = loads.map((load) => load.load_id);
  expect(loads.filter((load) => load.status !== 0)).toEqual([]);
  expect(loadIds).toEqual([...new Set(loadIds)]);
  const used = await client.query<{ id: string }>(
    "SELECT _dlt_load_id AS id FROM events UNION SELECT _dlt_load_id FROM orders UNION SELECT _dlt_load_id FROM snapshot",
  );
  expect(used.map((row) => row.id).filter((id) => !loadIds.includes(id))).toEqual([]);
  const folder = join(workingDir(world), "load", "loaded");
  const loaded = readdirSync(folder).filter((id) => readFileSync(join(folder, id, "package_completed.json"), "utf8") === "loaded");
  expect(loaded.filter((id) => !loadIds.includes(id))).toEqual([]);
  const twice = await client.query("SELECT version_hash FROM _dlt_version GROUP BY 1 HAVING count(*) > 1");
  expect(twice).toEqual([]);
}

interface FeedState {
  readonly _state_version: number;
  readonly _version_hash: string;
  readonly sources: Readonly<
    Record<string, { readonly generation?: number; readonly resources?: Readonly<Record<string, { readonly next: number }>> }>
  >;
}

/** The counters say what the tables hold, and the local state is the newest one of the destination. */
async function expectState(client: Reading, world: World): Promise<void> {
  const { _local, ...local } = parseTyped(readFileSync(join(workingDir(world), "state.json"), "utf8")) as FeedState & { _local: unknown };
  if (!world.forgetful) {
    const [row] = await client.query<{ state: string }>(
      "SELECT state FROM _dlt_pipeline_state s JOIN _dlt_loads l ON l.load_id = s._dlt_load_id ORDER BY l.load_id DESC LIMIT 1",
    );
    expect(local).toEqual(decodeStateBlob(row!.state));
  }
  const { alpha, beta } = local.sources;
  expect(alpha?.resources?.["events"]?.next).toBe(world.total);
  expect(beta?.resources?.["orders"]?.next).toBe(world.total);
  const [snapshot] = await client.query<{ g: number }>("SELECT max(generation) AS g FROM snapshot");
  expect(alpha?.generation).toBe(snapshot?.g);
  await expectSchemas(client, world);
}

async function expectSchemas(client: Reading, world: World): Promise<void> {
  for (const name of ["alpha", "beta"]) {
    const text = readFileSync(join(workingDir(world), "schemas", `${name}.schema.json`), "utf8");
    const [version] = await client.query<{ version_hash: string }>(
      `SELECT version_hash FROM _dlt_version WHERE schema_name = '${name}' ORDER BY inserted_at DESC, version DESC LIMIT 1`,
    );
    expect((JSON.parse(text) as { version_hash: string }).version_hash).toBe(version?.version_hash);
  }
}

/** Everything in the folder that a finished run has no use for. */
function destinationOf(world: World): Destination {
  if (world.postgres !== undefined) return postgres(world.postgres);
  if (world.bucket !== undefined) return filesystem(world.bucket);
  return world.sqlite === undefined ? duckdb(databasePath(world)) : sqlite(world.sqlite);
}

function leftovers(world: World): string[] {
  const known = ["data.duckdb", "database", "database/data.duckdb", "state-before.json", "pipelines", "pipelines/feed"];
  const inWorkingDir =
    /^(state\.json|trace\.json|schemas(\/(alpha|beta)\.schema\.json)?|normalize(\/(\.version|extracted))?|load(\/(\.version|new|normalized|loaded(\/.*)?))?)$/;
  return readdirSync(world.dir, { recursive: true, encoding: "utf8" }).filter((path) => {
    // What goes into a function is finished by nobody here, nor is what is so much that its load begins early; what is in a folder of files is looked at elsewhere.
    if (known.includes(path) || /^(pipelines\/reverse|bucket|bulk|bulk\.duckdb)(\/|$)/.test(path)) return false;
    const inside = path.startsWith("pipelines/feed/") ? path.slice("pipelines/feed/".length) : "";
    return !inWorkingDir.test(inside) || inside.endsWith(".tmp");
  });
}

export function workingDir(world: World): string {
  return join(world.dir, "pipelines", "feed");
}

export function databasePath(world: World): string {
  return world.database ?? join(world.dir, "data.duckdb");
}

/** How many cases of a sampled test are run. LEAT_CRASH_RUNS asks for more than the few that every `npm test` takes. */
export function crashRuns(sampled: number): number {
  const asked = Number(process.env["LEAT_CRASH_RUNS"] ?? sampled);
  if (!Number.isInteger(asked) || asked < 1) throw new Error("LEAT_CRASH_RUNS has to be a whole number of runs.");
  return asked;
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run, printed so that a failure can be repeated. */
export function crashSeed(): number {
  const seed = Number(process.env["LEAT_CRASH_SEED"] ?? Math.floor(Math.random() * 1_000_000));
  console.log(`LEAT_CRASH_SEED=${seed}`);
  return seed;
}

/** Four or more values of a sweep, a third of them, others in each run; with LEAT_TEST_FULL=1 all. */
function sampleOf<T>(values: readonly T[]): T[] {
  const size = Math.max(4, Math.ceil(values.length / 3));
  if (process.env["LEAT_TEST_FULL"] === "1" || values.length <= size) return [...values];
  const random = seeded(crashSeed());
  const order = values.map((value) => ({ value, rank: random() })).sort((a, b) => a.rank - b.rank);
  return order.slice(0, size).map(({ value }) => value);
}

/** Calls `work` for values of a sweep, two at a time: the machine of a test has two cores. */
export async function inPairs<T>(values: readonly T[], work: (value: T) => Promise<void>): Promise<void> {
  const queue = sampleOf(values);
  const lane = async (): Promise<void> => {
    for (let value = queue.shift(); value !== undefined; value = queue.shift()) await work(value);
  };
  await Promise.all([lane(), lane()]);
}
