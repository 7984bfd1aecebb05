import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Pipeline, type PipelineEvent, type PipelineOptions, resource } from "../../src/index.ts";
import { machine } from "./local-pipeline.ts";

function watched(options: PipelineOptions = {}): { readonly p: Pipeline; readonly events: PipelineEvent[] } {
  const events: PipelineEvent[] = [];
  return { p: machine().pipeline({ onEvent: (event) => void events.push(event), ...options }), events };
}

const rows = resource("rows", [{ id: 1 }]);
const runEvents = (events: readonly PipelineEvent[]) => events.map(({ type }) => type).filter((type) => type.startsWith("run-"));

describe("the events", () => {
  test("of a run begin with run-started and end with run-completed", async () => {
    const { p, events } = watched();
    const info = await p.run(rows);
    expect([events[0]?.type, events.at(-1)]).toEqual(["run-started", expect.objectContaining({ type: "run-completed", info })]);
    expect(runEvents(events)).toHaveLength(2);
  });

  test("of single steps are those of the steps", async () => {
    const { p, events } = watched();
    await p.extract(rows);
    await p.normalize();
    await p.load();
    expect(runEvents(events)).toEqual([]);
    expect(events.flatMap((event) => (event.type === "step-completed" ? [event.step] : []))).toEqual([
      "sync",
      "extract",
      "normalize",
      "load",
    ]);
  });

  test("tell once of each job that begins, ends or fails", async () => {
    const { p, events } = watched();
    await using client = p.sqlClient();
    await client.execute("CREATE SCHEMA data.data");
    await client.execute("CREATE TABLE data.data.rows (id BIGINT CHECK (id < 5), _dlt_load_id VARCHAR NOT NULL, _dlt_id VARCHAR NOT NULL)");
    await client.close();
    await p.extract([{ id: 5 }], { tableName: "rows" });
    await p.normalize();
    const [waiting] = await p.listPackages();
    const job = waiting!.jobs.find(({ table }) => table === "rows")!;
    // Two small files of a table load as one group, and alone when that fails.
    const second = job.jobId.replace(/[0-9a-f]{10}/, "9999abcdef");
    copyFileSync(job.path!, join(dirname(job.path!), second.replace(".parquet", ".0.parquet")));
    await expect(p.load()).rejects.toThrow("did not load");
    const jobs = events.flatMap((event) => ("job" in event && event.job.table === "rows" ? [`${event.type} ${event.job.jobId}`] : []));
    expect(jobs).toEqual([`job-started ${job.jobId}`, `job-started ${second}`, `job-failed ${job.jobId}`]);
  });
});

test("a folder that ends like an unfinished file, as DuckDB's for spilled rows, stays where it is", async () => {
  const { p } = watched();
  await p.run(rows);
  mkdirSync(join(p.workingDir, "shop.duckdb.tmp"));
  mkdirSync(join(p.workingDir, "load", "odd.tmp"));
  await p.run(rows);
});
