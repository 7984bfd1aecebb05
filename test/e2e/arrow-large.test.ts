import * as arrow from "apache-arrow";
import { expect, test, vi } from "vitest";
import { resource, TypeConflictError } from "../../src/index.ts";
import { failure, localPipeline, machine, query, values } from "./local-pipeline.ts";

const rowCount = 200_000;
const batchRows = 70_001;

/** Ids from 0 on, in batches of 70,001 rows, and columns beside. Nobody may ask for a row. */
function largeTable(columns: number): arrow.Table {
  const schema = new arrow.Schema([
    new arrow.Field("id", new arrow.Int32(), false),
    ...Array.from({ length: columns }, (_, index) => new arrow.Field(`c${index}`, new arrow.Float64(), true)),
  ]);
  const batches: arrow.RecordBatch[] = [];
  for (let from = 0; from < rowCount; from += batchRows) {
    const length = Math.min(batchRows, rowCount - from);
    const ids = Int32Array.from({ length }, (_, index) => from + index);
    const numbers = Float64Array.from({ length }, (_, index) => (from + index) / 2);
    const children = [
      arrow.makeData({ type: new arrow.Int32(), length, data: ids }),
      ...Array.from({ length: columns }, () => arrow.makeData({ type: new arrow.Float64(), length, data: numbers })),
    ];
    const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length, children });
    batches.push(new arrow.RecordBatch(schema, data as never));
  }
  const table = new arrow.Table(schema, batches);
  for (const asked of ["get", "at", "toArray", Symbol.iterator] as const)
    Object.defineProperty(table, asked, {
      value: () => {
        throw new Error("a row object was asked for");
      },
    });
  return table;
}

test("200,000 rows of several batches go in without row objects", { timeout: 60_000 }, async () => {
  const p = localPipeline();
  const table = largeTable(3);
  const { rowCounts } = await p.run(resource("big", [table]));
  expect(rowCounts).toMatchObject({ big: rowCount });
  expect(
    await query(p, "SELECT count(*) AS n, count(DISTINCT id) AS ids, min(id) AS first, max(id) AS last, sum(c2) AS total FROM big"),
  ).toEqual([{ n: rowCount, ids: rowCount, first: 0, last: rowCount - 1, total: ((rowCount - 1) * rowCount) / 4 }]);
  expect(await values(p, "SELECT count(*) FROM big WHERE c0 <> id / 2")).toEqual([0]);
});

test("the memory that is held beside the table does not grow with it", { timeout: 60_000 }, async () => {
  const p = localPipeline();
  const table = largeTable(20);
  const before = process.memoryUsage();
  let most = 0;
  const timer = setInterval(() => {
    const { external, arrayBuffers } = process.memoryUsage();
    most = Math.max(most, external + arrayBuffers - before.external - before.arrayBuffers);
  }, 1);
  await p.extract(resource("big", [table]));
  clearInterval(timer);
  // The table has 32 MB of numbers, 16 MB wait to be written at most, in buffers that grow by doubling.
  expect(most).toBeLessThan(200_000_000);
});

test("timers run and a signal is heard while a large table is written", { timeout: 60_000 }, async () => {
  const table = largeTable(160);
  const stop = new AbortController();
  let ticks = 0;
  let reached = false;
  const rows = resource("big", function* () {
    const timer = setInterval(() => {
      ticks += 1;
      stop.abort();
    }, 1);
    try {
      yield table;
      reached = true;
    } finally {
      clearInterval(timer);
    }
  });
  const error = await failure(() => localPipeline({ restoreFromDestination: false }).extract(rows, { signal: stop.signal }));
  expect(error).toMatchObject({ code: "cancelled" });
  expect([ticks, reached]).toEqual([1, false]);
});

test("the row of a value that does not fit is counted in the whole table", async () => {
  const p = localPipeline();
  const length = 50_000;
  const numbers = Float64Array.from({ length }, (_, index) => (index === 40_000 ? 0.5 : index));
  const data = arrow.makeVector(arrow.makeData({ type: new arrow.Float64(), length, data: numbers }));
  const error = await failure(() => p.run(resource("big", { columns: { n: { dataType: "bigint" } } }, [new arrow.Table({ n: data })])));
  expect(error).toBeInstanceOf(TypeConflictError);
  expect(String(error)).toContain("Row 40000 ");
});

test("`commitEvery` counts the rows of Arrow tables", async () => {
  const p = localPipeline({ commitEvery: { rows: 1000 } });
  const table = (from: number): arrow.Table =>
    new arrow.Table({ id: arrow.vectorFromArray(Int32Array.from({ length: 600 }, (_, index) => from + index)) });
  const info = await p.run(resource("items", [table(0), table(600), table(1200), table(1800), table(2400)]));
  expect(info.packages.length).toBeGreaterThanOrEqual(2);
  const counts = info.packages.map((one) => one.jobs.filter((job) => job.table === "items").reduce((sum, job) => sum + (job.rows ?? 0), 0));
  expect(counts.filter((count) => count > 0)).toEqual([1200, 1200, 600]);
  expect(await values(p, "SELECT count(*) FROM items")).toEqual([3000]);
});

test("`parquet_normalizer` in config adds the load id and row ids", async () => {
  vi.stubEnv("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID", "true");
  const { pipeline } = machine();
  const table = (id: number): arrow.Table => new arrow.Table({ id: arrow.vectorFromArray(Int32Array.of(id)) });
  const p = pipeline();
  const { loadIds } = await p.run(resource("items", [table(1), table(2)]));
  expect(await query(p, "SELECT id, _dlt_load_id FROM items ORDER BY id")).toEqual([1, 2].map((id) => ({ id, _dlt_load_id: loadIds[0] })));
  expect(Object.keys(p.schemas["shop"]!.tables["items"]!.columns)).toEqual(["id", "_dlt_load_id"]);
  expect(p.schemas["shop"]!.tables["items"]!.columns["_dlt_load_id"]).toMatchObject({ nullable: false });
  vi.stubEnv("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_ID", "true");
  await p.run(resource("items", [table(3)]));
  // Rows that are there keep NULL.
  expect(await values(p, "SELECT id FROM items WHERE _dlt_id IS NULL ORDER BY id")).toEqual([1, 2]);
  expect(await values(p, "SELECT length(_dlt_id) FROM items WHERE id = 3")).toEqual([14]);
  vi.unstubAllEnvs();
  await p.run(resource("items", [table(4)]));
  expect(await values(p, "SELECT count(*) FROM items WHERE _dlt_id IS NOT NULL")).toEqual([2]);
});
