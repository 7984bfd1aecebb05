// Workload W4 with leat: ROWS rows are loaded, then a tenth as many are merged, half of them new. Times are those of the merge's three steps; Arrow tables are there before.
// usage: node w4-leat.mjs duckdb|POSTGRES_URL rows|arrow ROWS FOLDER
import { basename, join } from "node:path";
import { Bool, Float64, Int64, makeData, makeVector, Table, Utf8, vectorFromArray } from "apache-arrow";
import { duckdb, pipeline, postgres, resource } from "./leat.mjs";

const [place, input, count, folder] = process.argv.slice(2);
const rows = Number(count);
const pageSize = 10_000;

function* pages(start, end, version) {
  for (let from = start; from < end; from += pageSize) {
    const to = Math.min(from + pageSize, end);
    yield input === "arrow" ? arrowPage(from, to, version) : rowPage(from, to, version);
  }
}

function rowPage(from, to, version) {
  const page = [];
  for (let id = from; id < to; id += 1) page.push(rowOf(id, version));
  return page;
}

function rowOf(id, version) {
  return {
    id,
    version,
    customer: `customer-${id % 50_000}`,
    email: `person.${id}@example.com`,
    city: `city ${id % 997}`,
    // Never an integer, which would be another type here.
    amount: (id % 100_000) / 7 + 0.05,
    quantity: id % 13,
    paid: id % 3 === 0,
    note: `order ${id} of version ${version}, as it was placed by the customer`,
  };
}

function arrowPage(from, to, version) {
  const page = rowPage(from, to, version);
  const of = (name) => page.map((row) => row[name]);
  const longs = (name) =>
    makeVector(
      makeData({ type: new Int64(), length: page.length, nullCount: 0, data: BigInt64Array.from(page, (row) => BigInt(row[name])) }),
    );
  return new Table({
    id: longs("id"),
    version: longs("version"),
    customer: vectorFromArray(of("customer"), new Utf8()),
    email: vectorFromArray(of("email"), new Utf8()),
    city: vectorFromArray(of("city"), new Utf8()),
    amount: makeVector(
      makeData({ type: new Float64(), length: page.length, nullCount: 0, data: Float64Array.from(page, (row) => row.amount) }),
    ),
    quantity: longs("quantity"),
    paid: vectorFromArray(of("paid"), new Bool()),
    note: vectorFromArray(of("note"), new Utf8()),
  });
}

const bench = pipeline({
  name: "w4",
  datasetName: basename(folder).replaceAll("-", "_").toLowerCase(),
  destination: place === "duckdb" ? duckdb(join(folder, "w4db.duckdb")) : await postgres(place),
  pipelinesDir: join(folder, "pipelines"),
  progress: "none",
});
const orders = (...range) =>
  resource("orders", { writeDisposition: "merge", primaryKey: "id" }, input === "arrow" ? [...pages(...range)] : () => pages(...range));

await bench.run(orders(0, rows, 1));
const changed = orders(rows - rows / 20, rows + rows / 20, 2);
const cpuBefore = process.cpuUsage();
const times = [performance.now()];
await bench.extract(changed);
times.push(performance.now());
await bench.normalize();
times.push(performance.now());
await bench.load();
times.push(performance.now());
const { user, system } = process.cpuUsage(cpuBefore);

const [extract, normalize, load] = times.slice(1).map((time, index) => (time - times[index]) / 1000);
const sql = bench.sqlClient();
const [found] = await sql.query("SELECT count(*) AS n, sum(version) AS versions FROM orders");
if (place !== "duckdb") await sql.execute(`DROP SCHEMA ${bench.datasetName} CASCADE`);
await sql.close();
console.log(
  JSON.stringify({
    wallSeconds: extract + normalize + load,
    cpuSeconds: (user + system) / 1e6,
    steps: { extract, normalize, load },
    rowCounts: { rows: Number(found.n), versions: Number(found.versions) },
  }),
);
