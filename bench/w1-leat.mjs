// Workload W1 with leat. usage: node w1-leat.mjs DOCUMENTS FOLDER
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { duckdb, pipeline, resource } from "./leat.mjs";

const [documents, folder] = process.argv.slice(2);

/** JSON lines as pages of documents, a page per piece of the file. */
async function* pages() {
  let rest = "";
  for await (const piece of createReadStream(documents, { encoding: "utf8", highWaterMark: 1024 * 1024 })) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop();
    yield lines.map((line) => JSON.parse(line));
  }
}

const bench = pipeline({
  name: "w1",
  datasetName: "bench",
  destination: duckdb(join(folder, "w1db.duckdb")),
  pipelinesDir: join(folder, "pipelines"),
  progress: "none",
});
// In one run: what overlaps with the extract counts as extract.
const { rowCounts, trace } = await bench.run(resource("activities", pages));
const seconds = (step) => {
  const { startedAt, finishedAt } = trace.steps.find((done) => done.step === step);
  return (finishedAt - startedAt) / 1000;
};
console.log(JSON.stringify({ steps: { extract: seconds("extract"), normalize: seconds("normalize"), load: seconds("load") }, rowCounts }));
