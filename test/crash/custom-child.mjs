// One process that loads into a function: two tables, batches of four rows, each noted in a file as it is taken. Kills itself at a crash point, or counts them.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dist = pathToFileURL(`${process.env.LEAT_DIST ?? new URL("../../dist", import.meta.url).pathname}/`);
const load = (path) => import(new URL(path, dist).href);
const { pipeline, resource } = await load("index.js");
const { destination } = await load("destinations/custom/index.js");
const { onCrashPoint } = await load("core/crash-point.js");

const { dir, parallel, kill, delayMs = 0 } = JSON.parse(process.argv[2]);
const hits = {};
onCrashPoint((name) => {
  hits[name] = (hits[name] ?? 0) + 1;
  if (name === kill?.name && hits[name] === kill.hit) process.kill(process.pid, "SIGKILL");
});

const taken = destination("taken", { batchSize: 4, parallel }, async (rows, { table, batchId }) => {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  const line = JSON.stringify({ table: table.name, batchId, ids: rows.map(({ id }) => id) });
  appendFileSync(join(dir, "taken.jsonl"), `${line}\n`);
});

/** A hundred rows, once. */
const feed = (name) =>
  resource(name, function* ({ state }) {
    const from = state.next ?? 0;
    state.next = 100;
    yield Array.from({ length: 100 - from }, (_, index) => ({ id: from + index }));
  });

console.log("ready");
const p = pipeline({ name: "reverse", destination: taken, datasetName: "data", pipelinesDir: join(dir, "pipelines"), progress: "none" });
await p.run([feed("a"), feed("b")]);
console.log(JSON.stringify({ hits, hasPending: p.hasPendingData }));
