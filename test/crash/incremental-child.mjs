// One process of a pipeline with a cursor. Kills itself at a crash point, or counts them and tells what is there.
// Argument: { dir, script, postgres?, sqlite?, kill?: { name, hit } }.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dist = pathToFileURL(`${process.env.LEAT_DIST ?? new URL("../../dist", import.meta.url).pathname}/`);
const load = (path) => import(new URL(path, dist).href);
const { pipeline, resource } = await load("index.js");
const { duckdb } = await load("destinations/duckdb/index.js");
const { sqlite } = await load("destinations/sqlite/index.js");
const { onCrashPoint } = await load("core/crash-point.js");

const { dir, script, sqlite: sqlitePath, kill } = JSON.parse(process.argv[2]);
const hits = {};
onCrashPoint((name) => {
  hits[name] = (hits[name] ?? 0) + 1;
  if (name === kill?.name && hits[name] === kill.hit) process.kill(process.pid, "SIGKILL");
});

const pipelinesDir = join(dir, "pipelines");
const destination = sqlitePath === undefined ? duckdb(join(dir, "data.duckdb")) : sqlite(sqlitePath);
const p = pipeline({
  name: "feed",
  destination,
  datasetName: "data",
  pipelinesDir,
  progress: "none",
  state: { maxBorderHashes: 10 },
});

/** More and more rows with one value of the cursor, then with another: more than the state is to hold. */
async function border() {
  const rows = (count, at, from = 0) => Array.from({ length: count }, (_, id) => ({ id: from + id, at }));
  const feed = (all) =>
    resource("events", { incremental: { cursorPath: "at", rowOrder: "asc" } }, function* () {
      for (let from = 0; from < all.length; from += 4) yield all.slice(from, from + 4);
    });
  await p.run(feed(rows(20, 1)));
  await p.run(feed(rows(35, 1)));
  await p.run(feed(rows(60, 1)), { commitEvery: { rows: 8 } });
  await p.run(feed([...rows(60, 1), ...rows(20, 2, 60)]), { commitEvery: { rows: 8 } });
  await p.run(feed(rows(40, 2, 60)));
}

const asked = [];
/** A long extract in order, of an API that knows `since`. */
async function ordered() {
  const events = resource("events", { incremental: { cursorPath: "at", initialValue: 0, rowOrder: "asc" } }, function* ({ incremental }) {
    asked.push(incremental.startValue);
    for (let at = incremental.startValue; at < 100; at += 1) yield { id: at, at };
  });
  await p.run(events, { commitEvery: { rows: 10 } });
}

const scripts = {
  border,
  ordered,
  /** On a machine that has only the database. */
  async borderElsewhere() {
    rmSync(pipelinesDir, { recursive: true, force: true });
    await border();
  },
};
await scripts[script]();

const sql = p.sqlClient();
const [row] = await sql.query("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM events");
const entries = script === "ordered" ? [] : await sql.query('SELECT "key" AS id FROM _leat_keyed_state ORDER BY 1');
await sql.close();
const folder = join(pipelinesDir, "feed", "leat_border");
const slot = p.state.sources.feed.resources.events.incremental.at;
console.log(
  JSON.stringify({
    hits,
    asked,
    rows: Number(row.n),
    ids: Number(row.ids),
    entries: entries.map(({ id }) => id),
    chunks: [...(slot.leat_border?.chunks ?? [])].sort(),
    temporary: existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".tmp")) : [],
  }),
);
