// Workload W8 with leat: many resources of few rows in one run. usage: node w8-leat.mjs RESOURCES FOLDER, twice
import { join } from "node:path";
import { duckdb, pipeline, resource, source } from "./leat.mjs";

const [count, folder] = process.argv.slice(2);
const rowsEach = 100;

function page(number) {
  return Array.from({ length: rowsEach }, (_, id) => ({
    id,
    number,
    name: `name ${id}`,
    value: id * 1.5 + 0.25,
    at: "2026-01-01T00:00:00Z",
    nested: { a: id, b: String(id) },
  }));
}

const many = source("many", () =>
  Array.from({ length: Number(count) }, (_, number) =>
    resource(`table_${String(number).padStart(4, "0")}`, function* () {
      yield page(number);
    }),
  ),
);

const bench = pipeline({
  name: "w8",
  datasetName: "bench",
  destination: duckdb(join(folder, "w8db.duckdb")),
  pipelinesDir: join(folder, "pipelines"),
  progress: "none",
});
const times = [performance.now()];
await bench.extract(many());
times.push(performance.now());
const { rowCounts } = await bench.normalize();
times.push(performance.now());
await bench.load();
times.push(performance.now());

const [extract, normalize, load] = times.slice(1).map((time, index) => (time - times[index]) / 1000);
console.log(JSON.stringify({ steps: { extract, normalize, load }, rowCounts }));
