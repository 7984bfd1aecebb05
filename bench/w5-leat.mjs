// Workload W5 with leat: one row and a state that changes. usage: node w5-leat.mjs FOLDER ROWS, twice
import { join } from "node:path";
import { duckdb, pipeline, resource } from "./leat.mjs";

const [folder, rows] = process.argv.slice(2);

const one = resource("one", { primaryKey: "id", writeDisposition: "append" }, function* ({ state }) {
  state.lastUpdate = Date.now();
  for (let id = 1; id <= Number(rows); id += 1) yield { id, updated_at: state.lastUpdate, name: "x" };
});

const bench = pipeline({
  name: "w5",
  datasetName: "bench",
  destination: duckdb(join(folder, "w5db.duckdb")),
  pipelinesDir: join(folder, "pipelines"),
  progress: "none",
});
const { rowCounts } = await bench.run(one);
console.log(JSON.stringify({ rowCounts }));
