// Workload W1 with leat. usage: node w1-leat.mjs DOCUMENTS FOLDER
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { duckdb, pipeline, resource } from "./leat.mjs";

const [documents, folder] = process.argv.slice(2);

async function* pages() {
  let page = [];
  for await (const line of createInterface({ input: createReadStream(documents), crlfDelay: Number.POSITIVE_INFINITY })) {
    page.push(JSON.parse(line));
    if (page.length < 1000) continue;
    yield page;
    page = [];
  }
  yield page;
}

const bench = pipeline({
  name: "w1",
  datasetName: "bench",
  destination: duckdb(join(folder, "w1db.duckdb")),
  pipelinesDir: join(folder, "pipelines"),
  progress: "none",
});
const times = [performance.now()];
await bench.extract(resource("activities", pages));
times.push(performance.now());
await bench.normalize();
times.push(performance.now());
const { rowCounts } = await bench.load();
times.push(performance.now());

const [extract, normalize, load] = times.slice(1).map((time, index) => (time - times[index]) / 1000);
console.log(JSON.stringify({ steps: { extract, normalize, load }, rowCounts }));
