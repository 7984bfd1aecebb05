// One process of a backfill: ten ranges of ten rows, three at a time. Kills itself at a crash point, or counts them.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dist = pathToFileURL(`${process.env.LEAT_DIST ?? new URL("../../dist", import.meta.url).pathname}/`);
const load = (path) => import(new URL(path, dist).href);
const { pipeline, resource } = await load("index.js");
const { duckdb } = await load("destinations/duckdb/index.js");
const { onCrashPoint } = await load("core/crash-point.js");

const { dir, parallel, kill } = JSON.parse(process.argv[2]);
const hits = {};
onCrashPoint((name) => {
  hits[name] = (hits[name] ?? 0) + 1;
  if (name === kill?.name && hits[name] === kill.hit) process.kill(process.pid, "SIGKILL");
});

const events = resource("events", { incremental: { cursorPath: "at", initialValue: 0 } }, async function* ({ incremental }) {
  const { startValue, endValue } = incremental;
  for (let at = startValue; at < endValue; at += 1) {
    yield { at };
    if (at % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
});
const p = pipeline({
  name: "past",
  destination: duckdb(join(dir, "data.duckdb")),
  datasetName: "data",
  pipelinesDir: join(dir, "pipelines"),
  progress: "none",
});
await p.backfill(events, { from: 0, to: 100, every: 10, parallel });
const sql = p.sqlClient();
const [row] = await sql.query('SELECT count(*) AS n, count(DISTINCT "at") AS ids FROM events');
await sql.close();
console.log(JSON.stringify({ hits, rows: Number(row.n), ids: Number(row.ids), state: p.state.sources.past.resources.events }));
