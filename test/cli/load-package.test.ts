import { beforeEach, describe, expect, test } from "vitest";
import { Project } from "./project.ts";

/** `items` takes ids below 100 only; `notes` takes all. */
const script = (id: number) => `
import { pipeline, resource } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "lager", progress: "none" });
{
  await using client = p.sqlClient();
  await client.execute("CREATE SCHEMA IF NOT EXISTS lager");
  await client.execute("CREATE TABLE IF NOT EXISTS items (id BIGINT, _dlt_load_id VARCHAR, _dlt_id VARCHAR, CHECK (id < 100))");
}
await p.run([resource("items", [{ id: ${id} }]), resource("notes", [{ text: "a", tags: [{ tag: "x" }] }])]);
`;

let shop: Project;

beforeEach(async () => {
  shop = new Project({ "good.ts": script(1), "bad.ts": script(100) });
});

const pipelineCommand = (...args: readonly string[]) => shop.leat(["pipeline", "shop", ...args]);

/** Load ids, paths and ids of files differ each time. */
const steady = (text: string): string =>
  text
    .replaceAll(shop.dir, "<dir>")
    .replace(/\d{10}\.\d{6}/g, "<id>")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "<time>")
    .replace(/\.[0-9a-f]{10}\./g, ".<file>.")
    .replace(/[\d.]+ (kB|bytes)/g, "<size>");

interface Package {
  readonly loadId: string;
  readonly jobs: readonly { readonly jobId: string; readonly table: string }[];
}

const newest = async (): Promise<Package> => JSON.parse((await pipelineCommand("load-package", "--json")).stdout) as Package;

describe("a package that cannot be loaded", () => {
  beforeEach(async () => {
    expect((await shop.leat(["run", "bad.ts"])).code).toBe(5);
  });

  test("failed-jobs shows file and reason", async () => {
    const { code, stdout } = await pipelineCommand("failed-jobs");
    expect(code).toBe(0);
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "Pipeline shop
        Package <id> (<time> UTC), schema shop: not loaded yet, tried again by the next run
          items.<file>.parquet  failed  1 row  <size>
            <dir>/home/pipelines/shop/load/normalized/<id>/new_jobs/items.<file>.1.parquet
            Constraint Error: CHECK constraint failed on table items with expression CHECK((id < 100)).
          To load the package without a job: leat pipeline shop load-package <id> fail-job JOB
      "
    `);
    const { failedJobs } = JSON.parse((await pipelineCommand("failed-jobs", "--json")).stdout) as {
      readonly failedJobs: readonly object[];
    };
    expect(failedJobs).toEqual([
      expect.objectContaining({ packageState: "normalized", table: "items", state: "failed", rows: 1, retries: 0 }),
    ]);
  });

  test("load-package shows the newest package, its jobs and what it changes", async () => {
    const { code, stdout } = await pipelineCommand("load-package");
    expect(code).toBe(0);
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "Package <id> (<time> UTC), schema shop
        normalized: not loaded yet
        <dir>/home/pipelines/shop/load/normalized/<id>
        jobs
          items.<file>.parquet                failed   1 row  <size>
            Constraint Error: CHECK constraint failed on table items with expression CHECK((id < 100)).
          _dlt_pipeline_state.<file>.parquet  started  1 row  <size>
          notes.<file>.parquet                started  1 row  <size>
          notes__tags.<file>.parquet          started  1 row  <size>
        new tables and columns
          _dlt_pipeline_state
          items
          notes
          notes__tags
      "
    `);
    const verbose = (await pipelineCommand("load-package", (await newest()).loadId, "info", "-v")).stdout;
    expect(verbose).toContain("started_jobs/notes.");
    expect(verbose).toMatch(/notes__tags \(nested in notes\)\n +tag +text/);
  });

  test("job shows every attempt of a job", async () => {
    await shop.leat(["run", "bad.ts"]);
    const { code, stdout } = await pipelineCommand("load-package", "job", "items");
    expect(code).toBe(0);
    expect(stdout).toMatch(/1 retry/);
    expect(stdout).toMatch(/first attempt, not tried again:\n.*CHECK.*1 retry, not tried again:\n.*CHECK/s);
    expect((await pipelineCommand("load-package", "job", "nothing")).code).toBe(2);
  });

  test("fail-job shows what is lost, asks, and leaves the job out", async () => {
    const { loadId, jobs } = await newest();
    const job = jobs.find(({ table }) => table === "items")!.jobId;
    const plan = await pipelineCommand("load-package", loadId, "fail-job", job, "--dry-run");
    expect(plan.code).toBe(0);
    expect(plan.stdout).toContain("1 row WILL BE MISSING");
    const unasked = await pipelineCommand("load-package", loadId, "fail-job", job);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining("--yes has to be given")]);
    const done = await pipelineCommand("load-package", loadId, "fail-job", job, "--yes");
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toContain(`Left out: ${job}`);
    expect((await shop.leat(["run", "good.ts"])).code).toBe(0);
    expect(await shop.values("shop.duckdb", "SELECT id FROM lager.items")).toEqual(["1"]);
    expect(await shop.values("shop.duckdb", "SELECT count(*) FROM lager.notes")).toEqual(["2"]);
    expect((await pipelineCommand("failed-jobs")).stdout).toContain("loaded without these jobs");
  });

  test("fail-job refuses what did not fail, and changes nothing", async () => {
    const { loadId, jobs } = await newest();
    const job = jobs.find(({ table }) => table === "notes")!.jobId;
    const refused = await pipelineCommand("load-package", loadId, "fail-job", job, "--yes");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("it has not failed")]);
    for (const word of [job, "nothing"]) {
      const plan = await pipelineCommand("load-package", loadId, "fail-job", word, "--dry-run");
      expect([plan.code, plan.stdout, plan.stderr]).toEqual([2, "", expect.stringContaining(`\`${word}\``)]);
    }
  });

  test("abort gives up the package after a look at the plan", async () => {
    const { loadId } = await newest();
    const plan = await pipelineCommand("load-package", "abort", "--dry-run", "--json");
    expect(JSON.parse(plan.stdout)).toEqual({ loadIds: [loadId], dryRun: true });
    expect((await newest()).loadId).toBe(loadId);
    const done = await pipelineCommand("load-package", "abort", "--yes");
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining(`Given up: ${loadId}.`)]);
    expect((await pipelineCommand("failed-jobs")).stdout).toContain("given up");
    const again = await pipelineCommand("load-package", loadId, "abort", "--yes");
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("it is aborted")]);
  });

  test("row-counts says that it is not loaded", async () => {
    const { code, stdout } = await pipelineCommand("load-package", "row-counts");
    expect(code).toBe(0);
    expect(stdout).toContain("NOT LOADED");
  });

  test("abort-packages --dry-run only shows; drop-pending-packages is its old name", async () => {
    const plan = await pipelineCommand("abort-packages", "--dry-run");
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining("given up without being loaded")]);
    const old = await pipelineCommand("drop-pending-packages", "--yes");
    expect([old.code, old.stderr]).toEqual([0, "drop-pending-packages is the old name of abort-packages.\n"]);
    expect(old.stdout).toContain("Given up");
  });
});

describe("a package that was loaded", () => {
  beforeEach(async () => {
    expect((await shop.leat(["run", "good.ts"])).code).toBe(0);
  });

  test("row-counts compares the package with the dataset", async () => {
    const { code, stdout } = await pipelineCommand("load-package", "row-counts");
    expect(code).toBe(0);
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "Package <id> (<time> UTC) in dataset lager
        loaded at <time> UTC
          _dlt_pipeline_state  1 row in the dataset  1 in the package
          items                1 row in the dataset  1 in the package
          notes                1 row in the dataset  1 in the package
          notes__tags          1 row in the dataset  1 in the package
      "
    `);
    const { loadId } = await newest();
    const counted = JSON.parse((await pipelineCommand("load-package", loadId, "row-counts", "--json")).stdout) as object;
    expect(counted).toMatchObject({ loadId, packageState: "loaded", rowCounts: { items: 1, notes: 1, notes__tags: 1 } });
  });

  test("there are no failed jobs", async () => {
    expect((await pipelineCommand("failed-jobs")).stdout).toBe("Pipeline shop has no failed jobs.\n");
    expect(JSON.parse((await pipelineCommand("failed-jobs", "--json")).stdout)).toEqual({ failedJobs: [] });
  });

  test.each([
    [["load-package", "1.0"], "has no load package `1.0` here"],
    [["load-package", "explode"], "There is no action `explode`"],
    [["load-package", "fail-job"], "Which job?"],
    [["load-package", "fail-job", "items", "--dry-run"], "with jobs that wait"],
    [["load-package", "info", "more"], "What is `more`?"],
  ])("%j is refused with what there is", async (args, message) => {
    const { code, stderr } = await pipelineCommand(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("options may stand before the operation, their values too", async () => {
    const { code, stdout } = await pipelineCommand("--destination", "duckdb", "drop", "items", "--dry-run", "-v");
    expect([code, stdout]).toEqual([0, expect.stringContaining("items")]);
    const other = await pipelineCommand("--pipelines-dir", shop.pipelinesDir, "load-package", "info");
    expect(other.code).toBe(0);
  });
});
