import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type DummyOptions, dummy } from "../../src/destinations/dummy/index.ts";
import { type PipelineEvent, type PipelineOptions, pipeline, resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure } from "./local-pipeline.ts";

function pipelineTo(options: DummyOptions = {}, others: PipelineOptions = {}) {
  return pipeline({
    name: "nowhere",
    destination: dummy(options),
    datasetName: "data",
    pipelinesDir: join(tempDir(), "pipelines"),
    progress: "none",
    load: { maxRetries: 1 },
    ...others,
  });
}

const rows = [resource("a", [{ id: 1 }]), resource("b", [{ id: 2 }])];

describe("the dummy destination", () => {
  test("takes everything and keeps nothing", async () => {
    const p = pipelineTo();
    const info = await p.run([
      resource("merged", { writeDisposition: "merge", primaryKey: "id" }, [{ id: 1, tags: ["x"] }]),
      resource("replaced", { writeDisposition: "replace" }, [{ id: 1 }]),
    ]);
    expect(info).toMatchObject({
      destinationType: "dummy",
      rowCounts: { merged: 1, merged__tags: 1, replaced: 1 },
      hasFailedJobs: false,
    });
    expect(p.hasPendingData).toBe(false);
    expect(await failure(() => p.dataset().table("merged").fetchAll())).toMatchObject({ code: "unsupported" });
  });

  test("is there by its name, and its settings are looked up under dlt's names", async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv("DESTINATION__DUMMY__FAIL_TABLE_NAMES", '["b"]');
    const p = pipelineTo({}, { destination: "dummy" });
    expect(await failure(() => p.run(rows))).toMatchObject({ code: "load-job-failed", job: { table: "b" }, retryable: false });
  });

  const failures: readonly [what: string, options: DummyOptions, error: object, attempts: number][] = [
    ["failProbability: for good", { failProbability: 1 }, { code: "load-job-failed", retryable: false }, 1],
    ["retryProbability: tried again", { retryProbability: 1 }, { code: "load-job-failed", retryable: true }, 2],
    [
      "exceptionProbability: an error of others, tried again",
      { exceptionProbability: 1 },
      { code: "load-job-failed", retryable: true, cause: expect.any(RangeError) },
      2,
    ],
    ["failTableNames", { failTableNames: ["b"] }, { code: "load-job-failed", job: { table: "b" } }, 1],
    ["failSchemaInit: for good", { failSchemaInit: true }, { code: "connection", retryable: false }, 1],
    ["failSchemaInit: transiently", { failSchemaInit: "transiently" }, { code: "connection", retryable: true }, 2],
    ["a job that is never done", { completedProbability: 0, timeout: "150ms" }, { code: "load-job-failed", message: /150ms/ }, 1],
  ];
  for (const [what, options, expected, attempts] of failures)
    test(`fails as told, ${what}`, async () => {
      let retries = 0;
      const onEvent = ({ type, ...event }: PipelineEvent): void => {
        if (type === "warning" && (event as { code?: string }).code === "load-retried") retries += 1;
      };
      const p = pipelineTo(options, { onEvent });
      const { message, ...members } = expected as { message?: RegExp };
      const error = await failure(() => p.run(rows));
      expect(error).toMatchObject(members);
      if (message !== undefined) expect((error as Error).message).toMatch(message);
      expect([retries + 1, p.hasPendingData]).toEqual([attempts, true]);
    });

  test.each([
    ["FAIL_TERMINALLY_IN_INIT", "load-job-failed", false],
    ["FAIL_TRANSIENTLY_IN_INIT", "load-job-failed", true],
    ["FAIL_SCHEMA_UPDATE", "connection", false],
    ["FAIL_SCHEMA_UPDATE_TRANSIENTLY", "connection", true],
  ])("fails as the config tells: %s", async (setting, code, retryable) => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv(`DESTINATION__DUMMY__${setting}`, "true");
    const p = pipelineTo({}, { destination: "dummy" });
    expect(await failure(() => p.run(rows))).toMatchObject({ code, retryable });
    expect(p.hasPendingData).toBe(true);
  });

  test("the dice may be loaded: the first job fails once, and is done then", async () => {
    let throws = 0;
    const random = (): number => {
      throws += 1;
      return throws <= 2 ? 0.4 : 0.6;
    };
    const info = await pipelineTo({ retryProbability: 0.5, random }, { load: { maxRetries: 5, workers: 1 } }).run(rows);
    const retries = info.packages[0]!.jobs.map(({ table, retries: count }) => [table, count]);
    expect(Object.fromEntries(retries)).toMatchObject({ a: 1, b: 0 });
  });

  test("loadsPerSecond: jobs begin one after the other", async () => {
    const startedAt = performance.now();
    await pipelineTo({ loadsPerSecond: 10 }).run([...rows, resource("c", [{ id: 3 }])]);
    expect(performance.now() - startedAt).toBeGreaterThan(190);
  });

  test("a probability that is none is refused before anything runs", async () => {
    const p = pipelineTo({ failProbability: 2 });
    expect(await failure(() => p.run(rows))).toMatchObject({ code: "config", message: expect.stringContaining("failProbability") });
    expect(p.hasPendingData).toBe(false);
  });
});
