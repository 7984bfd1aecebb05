// The pipeline that the crash tests kill: plain JavaScript on the built package, so that a child process starts fast.
// Each source is a feed whose rows are known: after any number of crashes a table must hold rows 0 to n-1, each once, and the state must say n.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dist = pathToFileURL(`${process.env.LEAT_DIST ?? new URL("../../dist", import.meta.url).pathname}/`);
const load = (path) => import(new URL(path, dist).href);

const { current, pipeline, resource, source, transformer } = await load("index.js");
const { openPipeline } = await load("pipeline/pipeline.js");
const { LoadJobFailedError } = await load("destination-kit/index.js");
const { duckdb } = await load("destinations/duckdb/index.js");
const { postgres } = await load("destinations/postgres/index.js");
const { sqlite } = await load("destinations/sqlite/index.js");
const { filesystem } = await load("destinations/filesystem/index.js");
const { destination: functionDestination } = await load("destinations/custom/index.js");
export const { onCrashPoint } = await load("core/crash-point.js");

/** A text of its own for every row. */
function incompressible(id, length) {
  let text = "";
  while (text.length < length) text += createHash("sha512").update(`${id} ${text.length}`).digest("base64");
  return text.slice(0, length);
}

/** As a library would give it: one column, one row. */
function arrowTable(id) {
  const field = { name: "id", nullable: false, type: { typeId: 2, bitWidth: 32, isSigned: true } };
  const data = [{ length: 1, offset: 0, nullCount: 0, values: Int32Array.of(id) }];
  return { schema: { fields: [field] }, numRows: 1, getChildAt: () => ({ data }) };
}

function destinationOf(world) {
  if (world.postgres !== undefined) return postgres(world.postgres);
  if (world.bucket !== undefined) return filesystem(world.bucket);
  return world.sqlite === undefined ? duckdb(world.database ?? join(world.dir, "data.duckdb")) : sqlite(world.sqlite);
}

/** Loads all that is loaded on first use. */
export async function warmUp() {
  const dir = mkdtempSync(join(tmpdir(), "leat-warm-"));
  await openWorld({ dir, total: 1, batch: 1 }).run();
  rmSync(dir, { recursive: true });
}

/** A destination that refuses a job of each package. */
function refusing(destination) {
  return {
    ...destination,
    async open(context) {
      const session = await destination.open(context);
      session.commitPackage = ({ jobs: [job], loadId }) =>
        Promise.reject(new LoadJobFailedError("It is refused.", { destination: destination.name, loadId, job }));
      return session;
    },
  };
}

/** @param {{ dir: string, total: number, batch: number, pad?: number, delayMs?: number, database?: string, postgres?: string, sqlite?: string, bucket?: string, forgetful?: boolean, commitEvery?: { rows?: number, ms?: number }, workers?: number, atomic?: boolean }} world */
export function openWorld(world) {
  const { dir, total, batch, pad = 0, delayMs = 0, forgetful = false, commitEvery, workers, atomic = true } = world;
  if (workers !== undefined) process.env.SOURCES__DATA_WRITER__FILE_MAX_BYTES = "1000000";
  const options = {
    destination: destinationOf(world),
    datasetName: "data",
    pipelinesDir: join(dir, "pipelines"),
    progress: "none",
    restoreFromDestination: !forgetful,
    atomic,
    ...(commitEvery === undefined ? {} : { commitEvery }),
    ...(workers === undefined ? {} : { normalize: { workers } }),
  };
  const open = (others = {}) => pipeline({ name: "feed", ...options, ...others });
  const pause = () => (delayMs > 0 ? new Promise((resolve) => setTimeout(resolve, delayMs)) : undefined);

  // SQLite has no upsert.
  const merging = world.sqlite === undefined ? "upsert" : "delete-insert";

  // Append, nested twice, with variants: `value` is a number in even rows and a text in odd ones.
  const event = (id) => ({
    id,
    value: id % 2 === 0 ? id : `n${id}`,
    tags: Array.from({ length: id % 3 }, (_, index) => ({ event: id, index, marks: [{ event: id, index }] })),
    pad: incompressible(id, pad),
  });
  const alpha = source("alpha", () => [
    resource("events", { stateAccess: "write" }, async function* ({ state }) {
      state.next ??= 0;
      const end = Math.min(state.next + batch, total);
      while (state.next < end) {
        const page = [];
        while (page.length < 3 && state.next < end) page.push(event(state.next++));
        yield page;
        await pause();
      }
    }),
    // Replaced by every run: all rows are of one generation.
    resource("snapshot", { writeDisposition: "replace", stateAccess: "write" }, function* () {
      const shared = current.sourceState();
      const generation = (shared.generation = (shared.generation ?? 0) + 1);
      for (let id = 0; id < 5; id += 1) yield { id, generation, parts: [{ generation, part: id }] };
    }),
    ...(world.bucket === undefined ? merged() : []),
  ]);
  // Files cannot be merged.
  const merged = () => [
    // Every run is one version of all rows.
    resource("prices", { writeDisposition: { disposition: "merge", strategy: "scd2" }, stateAccess: "write" }, function* ({ state }) {
      const generation = (state.generation = (state.generation ?? 0) + 1);
      for (let id = 0; id < 3; id += 1) yield { id, generation, marks: [{ generation }] };
    }),
    // The last rows come again, and change nothing.
    resource(
      "accounts",
      { writeDisposition: { disposition: "merge", strategy: merging }, primaryKey: "id", stateAccess: "write" },
      function* ({ state }) {
        const start = (state.next ??= 0);
        const end = Math.min(start + batch, total);
        for (let id = Math.max(0, start - 2); id < end; id += 1) {
          state.next = Math.max(state.next, id + 1);
          yield { id, owners: [{ account: id }] };
        }
      },
    ),
  ];
  const orders = resource("orders", { parallel: true }, async function* ({ state }) {
    const start = (state.next ??= 0);
    const end = Math.min(start + batch, total);
    for (let id = start; id < end; id += 1) {
      // Before the row: where a run is cut, a row that was given counts as given.
      state.next = id + 1;
      yield async () => {
        await pause();
        return { id, lines: [{ order: id, sku: `sku ${id}` }] };
      };
    }
  });
  const beta = source("beta", () => [
    orders,
    transformer(orders, "invoices", (order) => ({ id: order.id, total: order.id * 10 })),
    transformer(orders, "ledger", (order) => arrowTable(order.id)),
  ]);

  const run = (others) => open(others).run([alpha(), beta()]);
  const refresh = () => open().run([alpha(), beta()], { refresh: "drop_sources" });
  const extract = () => open().extract([alpha(), beta()]);
  const next = (sourceName, name) => open().state.sources?.[sourceName]?.resources?.[name]?.next ?? 0;
  return {
    open,
    run: () => run(),
    /** Package after package. */
    runCut: () => run({ commitEvery: { rows: 3 } }),
    refresh,
    extract,
    /** The files of the packages are not kept. */
    runCleaned: () => run({ load: { deleteCompletedJobs: true } }),
    /** The destination does not take the first job of the oldest package. */
    async failToLoad() {
      await open({ destination: refusing(options.destination) })
        .load()
        .then(
          () => Promise.reject(new Error("It was loaded.")),
          (error) => (error.cause?.code === "load-job-failed" ? undefined : Promise.reject(error)),
        );
    },
    /** The same rows go into a function, beside the database: each package is stored job by job. */
    runIntoFunction: () => pipeline({ ...options, name: "reverse", destination: functionDestination("taken", {}, () => {}) }).run(alpha()),
    /** Runs until both feeds are at their end, and once more. */
    async finish() {
      do await run();
      while (
        next("alpha", "events") < total ||
        (world.bucket === undefined && next("alpha", "accounts") < total) ||
        next("beta", "orders") < total
      );
      await run();
    },
    /** The same, then goes on with five rows more on a machine that has only the database. */
    async finishAndGoOnElsewhere() {
      await this.finish();
      this.forget();
      await openWorld({ ...world, total: total + 5 }).finish();
    },
    /** Somebody removes the data. */
    async loseData() {
      if (world.sqlite !== undefined) return rmSync(world.sqlite.replace(/\.db$/, "__data.db"));
      if (world.bucket !== undefined) return rmSync(join(world.bucket, "data"), { recursive: true });
      if (world.postgres === undefined) return rmSync(join(dir, "data.duckdb"));
      const client = open().sqlClient();
      await client.execute("DROP SCHEMA data CASCADE").finally(() => client.close());
    },
    /** What `leat pipeline NAME sync` does. */
    restoreLocal: () => openPipeline({ name: "feed", ...options }).restoreLocal(),
    forget: () => rmSync(join(dir, "pipelines"), { recursive: true, force: true }),
  };
}
