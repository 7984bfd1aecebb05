// Workload W5 with leat: one row and a state that changes. usage: node w5-leat.mjs FOLDER, twice
import { join } from "node:path";
import { duckdb, pipeline, resource } from "./leat.mjs";

const [folder] = process.argv.slice(2);

const one = resource("one", { primaryKey: "id", writeDisposition: "append" }, function* ({ state }) {
  const row = { id: 1, updated_at: Date.now(), name: "x" };
  state.lastUpdate = row.updated_at;
  yield row;
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
