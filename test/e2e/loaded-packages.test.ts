import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { traceText } from "../../src/cli/trace-text.ts";
import { onCrashPoint } from "../../src/core/crash-point.ts";
import { type Pipeline, resource } from "../../src/index.ts";
import { PackageStore } from "../../src/load-package/package-store.ts";
import { readLocalPipeline } from "../../src/pipeline/local-info.ts";
import { type Machine, machine, values } from "./local-pipeline.ts";

const clean = { load: { deleteCompletedJobs: true } };

const rows = (id: number) => resource("items", [{ id, tags: [{ tag: "a" }] }]);

const loadedFolder = (p: Pipeline): string => join(p.workingDir, "load", "loaded");

function sizeOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

const lastLoaded = (local: Machine) => readLocalPipeline(join(local.dir, "pipelines"), "shop").lastLoadedPackage;

afterEach(() => onCrashPoint(undefined));

test("loaded packages stay with their files", async () => {
  const p = machine().pipeline();
  for (const id of [1, 2, 3]) await p.run(rows(id));
  const packages = await p.listPackages();
  expect(packages).toHaveLength(3);
  for (const job of packages.flatMap(({ jobs }) => jobs)) expect(existsSync(job.path!)).toBe(true);
});

test("with deleteCompletedJobs the folder does not grow, and the last load is still told", async () => {
  const local = machine();
  const p = local.pipeline(clean);
  // The first run has no state before it to go back to.
  for (const id of [0, 1]) await p.run(rows(id));
  const size = sizeOf(loadedFolder(p));
  for (let id = 2; id < 20; id += 1) await p.run(rows(id));
  expect(readdirSync(loadedFolder(p))).toHaveLength(1);
  expect(sizeOf(loadedFolder(p))).toBeLessThan(size * 1.2);
  expect(await values(p, "SELECT count(*) FROM items")).toEqual([20]);
  const last = lastLoaded(local)!;
  expect(last.loadId).toBe(readdirSync(loadedFolder(p))[0]);
  const items = last.jobs.find(({ table }) => table === "items");
  expect(items).toMatchObject({ state: "completed", rows: 1, bytes: 0 });
  expect(items).not.toHaveProperty("path");
});

test("the run that deletes them tells its rows and jobs all the same", async () => {
  const info = await machine().pipeline(clean).run(rows(1));
  expect(info.rowCounts).toMatchObject({ items: 1, items__tags: 1 });
  expect(info.packages[0]!.jobs.map(({ state }) => state)).toContain("completed");
  expect(info.hasFailedJobs).toBe(false);
});

test("an operator may set it, with dlt's name", async () => {
  const p = machine().pipeline();
  process.env["LOAD__DELETE_COMPLETED_JOBS"] = "true";
  try {
    await p.run(rows(1));
  } finally {
    delete process.env["LOAD__DELETE_COMPLETED_JOBS"];
  }
  const [loadId] = readdirSync(loadedFolder(p));
  expect(existsSync(join(loadedFolder(p), loadId!, "completed_jobs"))).toBe(false);
});

test("packages that were loaded with their files before keep them", async () => {
  const local = machine();
  await local.pipeline().run(rows(1));
  await local.pipeline(clean).run(rows(2));
  await local.pipeline(clean).run(rows(3));
  const [first, last, ...others] = await local.pipeline().listPackages();
  expect(others).toEqual([]);
  expect(first!.jobs.every(({ path }) => path !== undefined)).toBe(true);
  expect(last!.jobs.every(({ path }) => path === undefined)).toBe(true);
});

for (const point of [
  "load:job-moved",
  "load:after-commit",
  "load:jobs-discarded",
  "load:before-move",
  "load:before-state-saved",
] as const) {
  test(`stopped at ${point}, the next start leaves no file of a job`, async () => {
    const local = machine();
    onCrashPoint((name) => {
      if (name === point) throw new Error("stopped");
    });
    await local
      .pipeline(clean)
      .run(rows(1))
      .catch(() => {});
    onCrashPoint(undefined);
    await local.pipeline(clean).run();
    const p = local.pipeline();
    expect(p.hasPendingData).toBe(false);
    expect(await values(p, "SELECT id FROM items")).toEqual([1]);
    expect((await p.listPackages()).flatMap(({ jobs }) => jobs.filter(({ path }) => path !== undefined))).toEqual([]);
  });
}

test("a package that dlt cleaned can be read", async () => {
  const local = machine();
  const p = local.pipeline();
  await p.run(rows(1));
  const [loadId] = readdirSync(loadedFolder(p));
  rmSync(join(loadedFolder(p), loadId!, "completed_jobs"), { recursive: true });
  expect(lastLoaded(local)).toMatchObject({ loadId });
  mkdirSync(join(loadedFolder(p), loadId!, "completed_jobs"));
  expect(lastLoaded(local)!.jobs).toEqual([]);
});

describe("a package whose rows nobody counted, as those that dlt normalized", () => {
  /** Extracts and normalizes, and takes away the counts, which dlt does not keep. */
  async function normalizedByDlt(p: Pipeline): Promise<void> {
    await p.extract(rows(1));
    await p.normalize();
    const [folder] = new PackageStore(p.workingDir).normalized();
    const { leat_job_rows: _, ...state } = folder!.readState();
    folder!.writeState(state);
  }

  test("is told with its tables, and without their numbers", async () => {
    const p = machine().pipeline();
    await normalizedByDlt(p);
    const info = await p.load();
    expect(info.rowCounts).toEqual({});
    expect(info.packages[0]!.jobs.map(({ table }) => table)).toContain("items");
    expect(info.toString()).toMatch(/ {2}items +rows not counted\n {2}items__tags +rows not counted\n/);
    expect(await values(p, "SELECT count(*) FROM items")).toEqual([1]);
  });

  test("with deleteCompletedJobs the run that deletes them still tells its tables and jobs", async () => {
    const p = machine().pipeline(clean);
    await normalizedByDlt(p);
    const info = await p.load();
    expect(info.toString()).toMatch(/items +rows not counted/);
    expect(info.packages[0]!.jobs.every(({ path, rows: counted }) => path === undefined && counted === undefined)).toBe(true);
  });

  test("a table that is also in a package with counts is not told with a part of its rows", async () => {
    const p = machine().pipeline();
    await normalizedByDlt(p);
    await p.extract([{ id: 1 }], { tableName: "others" });
    await p.extract(rows(2));
    await p.normalize();
    const info = await p.load();
    expect(info.rowCounts).toMatchObject({ others: 1 });
    expect(info.rowCounts).not.toHaveProperty("items");
    expect(traceText(p.lastTrace!, 1)).toMatch(/load of package .*, 2 tables with rows not counted\n/);
  });
});
