// Workload W1 with leat, from documents that the program parsed or from the bytes of the file. usage: node w1-leat.mjs objects|bytes DOCUMENTS FOLDER
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { duckdb, pipeline, rawJson, resource } from "./leat.mjs";

const [input, documents, folder] = process.argv.slice(2);
const pieceBytes = 1024 * 1024;

/** JSON lines as pages of documents, a page per piece of the file. */
async function* objects() {
  let rest = "";
  for await (const piece of createReadStream(documents, { encoding: "utf8", highWaterMark: pieceBytes })) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop();
    yield lines.map((line) => JSON.parse(line));
  }
}

/** Whole lines as they are, which leat neither parses nor writes anew. */
async function* bytes() {
  let rest = Buffer.alloc(0);
  for await (const piece of createReadStream(documents, { highWaterMark: pieceBytes })) {
    const all = Buffer.concat([rest, piece]);
    const end = all.lastIndexOf("\n") + 1;
    rest = all.subarray(end);
    yield rawJson(all.subarray(0, end));
  }
  yield rawJson(rest);
}

const bench = pipeline({
  name: "w1",
  datasetName: "bench",
  destination: duckdb(join(folder, "w1db.duckdb")),
  pipelinesDir: join(folder, "pipelines"),
  progress: "none",
});
// In one run: what overlaps with the extract counts as extract.
const { rowCounts, trace } = await bench.run(resource("activities", input === "bytes" ? bytes : objects));
const seconds = (step) => {
  const { startedAt, finishedAt } = trace.steps.find((done) => done.step === step);
  return (finishedAt - startedAt) / 1000;
};
console.log(JSON.stringify({ steps: { extract: seconds("extract"), normalize: seconds("normalize"), load: seconds("load") }, rowCounts }));
