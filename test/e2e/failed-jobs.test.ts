import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type LoadJobInfo, type LoadPackageInfo, type Pipeline, type PipelineEvent, resource } from "../../src/index.ts";
import { failure, type Machine, machine, values } from "./local-pipeline.ts";

const columns = "id BIGINT NOT NULL, _dlt_load_id VARCHAR NOT NULL, _dlt_id VARCHAR NOT NULL";

/** A machine whose table `items` takes ids below 100 only, and what is loaded into it. */
async function strict(): Promise<Machine> {
  const local = machine();
  await execute(local.pipeline(), "CREATE SCHEMA data", `CREATE TABLE items (${columns}, CHECK (id < 100))`);
  return local;
}

async function execute(p: Pipeline, ...statements: readonly string[]): Promise<void> {
  await using client = p.sqlClient();
  for (const statement of statements) await client.execute(statement);
}

/** What the user does about it. */
const mend = (p: Pipeline): Promise<void> => execute(p, "DROP TABLE items", `CREATE TABLE items (${columns})`);

/** Two tables: `items` does not take 100, `notes` takes all. */
async function run(p: Pipeline, id: number): Promise<void> {
  await p.run([resource("items", [{ id }]), resource("notes", [{ text: `of ${id}` }])]);
}

const failedJob = async (p: Pipeline): Promise<{ readonly found: LoadPackageInfo; readonly job: LoadJobInfo }> => {
  const found = (await p.listPackages()).find(({ jobs }) => jobs.some(({ state }) => state === "failed"))!;
  return { found, job: found.jobs.find(({ state }) => state === "failed")! };
};

test("the package tells which job failed and why, with its file, also to a new process; nothing of it is stored", async () => {
  const local = await strict();
  const events: PipelineEvent[] = [];
  const error = await failure(() => run(local.pipeline({ onEvent: (event) => void events.push(event) }), 100));
  const { found, job } = await failedJob(local.pipeline());
  expect(found.state).toBe("normalized");
  expect(job).toMatchObject({
    table: "items",
    state: "failed",
    retries: 0,
    rows: 1,
    failedMessage: expect.stringContaining("CHECK constraint failed"),
  });
  expect(existsSync(job.path!)).toBe(true);
  expect(found.jobs.filter(({ state }) => state === "failed")).toHaveLength(1);
  expect(error).toMatchObject({ code: "load-job-failed", retryable: false, job, message: expect.stringContaining(job.path!) });
  expect(events.find((event) => event.type === "job-failed")).toMatchObject({ loadId: found.loadId, job });
  expect(await values(local.pipeline(), "SELECT count(*) FROM items")).toEqual([0]);
});

test("it is noted as dlt notes it", async () => {
  const local = await strict();
  await failure(() => run(local.pipeline(), 100));
  const { found } = await failedJob(local.pipeline());
  const folder = join(local.pipeline().workingDir, "load", "normalized", found.loadId);
  const [waiting, ...others] = readdirSync(join(folder, "new_jobs"));
  expect(others).toEqual([]);
  const [, fileId] = /^items\.([0-9a-f]{10})\.1\.parquet$/.exec(waiting!)!;
  expect(readFileSync(join(folder, ".exceptions", `items.${fileId}.0.exception`), "utf8")).toMatch(/^retry: terminal\n.*CHECK constraint/s);
});

test("a failure that is met again counts, and what stands in its way may change", async () => {
  const local = await strict();
  await failure(() => run(local.pipeline(), 100));
  expect(await failure(() => local.pipeline().run())).toMatchObject({ code: "load-job-failed", job: { retries: 1 } });
  const { job } = await failedJob(local.pipeline());
  expect(job.retries).toBe(1);
});

test("once it is mended the next run loads all, and the traces of the failure are gone", async () => {
  const local = await strict();
  await failure(() => run(local.pipeline(), 100));
  await mend(local.pipeline());
  const info = await local.pipeline().run();
  expect(info.hasFailedJobs).toBe(false);
  expect(await values(local.pipeline(), "SELECT id FROM items")).toEqual([100]);
  expect(await values(local.pipeline(), "SELECT text FROM notes")).toEqual(["of 100"]);
  const [found] = await local.pipeline().listPackages();
  expect(found!.jobs.map(({ state, failedMessage }) => [state, failedMessage])).toEqual(found!.jobs.map(() => ["completed", undefined]));
  expect(found!.jobs.find(({ table }) => table === "items")).toMatchObject({ retries: 1 });
  expect(existsSync(join(local.pipeline().workingDir, "load", "loaded", found!.loadId, ".exceptions"))).toBe(false);
});

test("an aborted package keeps the failed job with its reason, and each package is told of", async () => {
  const local = await strict();
  await failure(() => run(local.pipeline(), 100));
  const events: PipelineEvent[] = [];
  const { loadIds } = await local.pipeline({ onEvent: (event) => void events.push(event) }).abortPackages();
  expect(events.flatMap((event) => (event.type === "package-aborted" ? [event.loadId] : []))).toEqual(loadIds);
  const { found, job } = await failedJob(local.pipeline());
  expect(found).toMatchObject({ loadId: loadIds[0], state: "aborted" });
  expect(job).toMatchObject({ table: "items", failedMessage: expect.stringContaining("CHECK constraint failed") });
  expect(job.path).toContain("failed_jobs");
  await run(local.pipeline(), 1);
  expect(await values(local.pipeline(), "SELECT id FROM items")).toEqual([1]);
});

test("packages from one on are given up, those before it still load", async () => {
  const local = machine();
  const p = local.opened();
  for (const id of [1, 2, 3]) {
    await p.extract([{ id }], { tableName: "items" });
    await p.normalize();
  }
  const loadIds = (await p.listPackages()).map(({ loadId }) => loadId);
  expect(await p.abortPackagesFrom(loadIds[1]!)).toEqual({ loadIds: loadIds.slice(1) });
  await p.run();
  expect(await values(p, "SELECT id FROM items")).toEqual([1]);
});

test("a job that is left out is missing, the rest of the package is loaded", async () => {
  const local = await strict();
  await failure(() => run(local.pipeline(), 100));
  const { found, job } = await failedJob(local.pipeline());
  const p = local.opened();
  expect(await p.failJob({ loadId: found.loadId, job: job.jobId })).toMatchObject({ state: "failed", failedMessage: job.failedMessage });
  const info = await p.run();
  expect(info.hasFailedJobs).toBe(true);
  expect(String(info)).toContain("1 failed job");
  expect(info.rowCounts).toMatchObject({ notes: 1 });
  expect(info.rowCounts["items"]).toBeUndefined();
  expect(await values(p, "SELECT text FROM notes")).toEqual(["of 100"]);
  expect(await values(p, "SELECT count(*) FROM items")).toEqual([0]);
  const left = await failedJob(local.pipeline());
  expect(left).toMatchObject({
    found: { state: "loaded" },
    job: { failedMessage: expect.stringContaining("CHECK"), path: expect.stringContaining("failed_jobs") },
  });
});

test("only a job that failed can be left out", async () => {
  const local = await strict();
  await failure(() => run(local.pipeline(), 100));
  const { found, job } = await failedJob(local.pipeline());
  const p = local.opened();
  const other = found.jobs.find(({ table }) => table === "notes")!;
  await expect(p.failJob({ loadId: found.loadId, job: other.jobId })).rejects.toThrow("it has not failed");
  await expect(p.failJob({ loadId: found.loadId, job: "nothing" })).rejects.toThrow(`These have failed: ${job.jobId}`);
  await expect(p.failJob({ loadId: "1.0", job: job.jobId })).rejects.toThrow("There is no package `1.0`");
});

test("jobs that were marked as completed without a load record are loaded, not passed over", async () => {
  const local = machine();
  const p = local.pipeline();
  await p.extract([{ id: 1 }], { tableName: "items" });
  await p.normalize();
  const [{ loadId }] = (await p.listPackages()) as [LoadPackageInfo];
  const folder = join(p.workingDir, "load", "normalized", loadId);
  for (const name of readdirSync(join(folder, "new_jobs")))
    renameSync(join(folder, "new_jobs", name), join(folder, "completed_jobs", name));
  await p.run();
  expect(await values(p, "SELECT id FROM items")).toEqual([1]);
});

test("a reason that cannot be read does not hide the job", async () => {
  const local = await strict();
  await failure(() => run(local.pipeline(), 100));
  const { found } = await failedJob(local.pipeline());
  const folder = join(local.pipeline().workingDir, "load", "normalized", found.loadId, ".exceptions");
  writeFileSync(join(folder, readdirSync(folder)[0]!), "torn");
  expect((await failedJob(local.pipeline())).job).toMatchObject({ failedMessage: "torn" });
});

test("dlt's setting that loads the rest of a package is refused, before anything runs", async () => {
  const p = machine().pipeline();
  process.env["LOAD__RAISE_ON_FAILED_JOBS"] = "false";
  try {
    expect(await failure(() => run(p, 1))).toMatchObject({ code: "config", message: expect.stringContaining("raise_on_failed_jobs") });
    process.env["LOAD__RAISE_ON_FAILED_JOBS"] = "true";
    await run(p, 1);
    expect(await values(p, "SELECT id FROM items")).toEqual([1]);
  } finally {
    delete process.env["LOAD__RAISE_ON_FAILED_JOBS"];
  }
});
