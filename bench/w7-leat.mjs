// Workload W7 with leat: a resource keeps a dictionary of KEYS entries in its state and changes 100 of them. usage: node w7-leat.mjs KEYS FOLDER, twice
import { join } from "node:path";
import { duckdb, pipeline, resource } from "./leat.mjs";

const [count, folder] = process.argv.slice(2);
const keys = Number(count);
const changes = 100;

const customers = resource("customers", { writeDisposition: "append" }, function* ({ state }) {
  state.seen ??= {};
  const { seen } = state;
  if (Object.keys(seen).length === 0)
    for (let index = 0; index < keys; index++) seen[keyOf(index)] = { ts: 1_700_000_000 + index, n: index % 97 };
  const rows = [];
  for (let change = 0; change < changes; change++) {
    const key = keyOf(change * Math.floor(keys / changes));
    seen[key].ts += 1;
    rows.push({ key, ts: seen[key].ts });
  }
  yield rows;
});

/** Scattered, as the keys of real customers are. */
function keyOf(index) {
  return `customer-${((index * 2654435761) % 4294967296).toString(16).padStart(8, "0")}-${index}`;
}

const bench = pipeline({
  name: "w7",
  datasetName: "bench",
  destination: duckdb(join(folder, "w7db.duckdb")),
  pipelinesDir: join(folder, "pipelines"),
  progress: "none",
});
const { rowCounts } = await bench.run(customers);
console.log(JSON.stringify({ rowCounts }));
