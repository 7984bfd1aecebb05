import { afterEach, describe, expect, test, vi } from "vitest";
import { type PipelineEvent, pipeline, type RunInfo, resource } from "../../src/index.ts";
import { PipelineLock } from "../../src/load-package/lock.ts";
import { failure, type Machine, machine } from "./local-pipeline.ts";

/** The recipe of docs/observability.md. */
function alerts() {
  const calls: string[] = [];
  const onSchemaChange = (tables: readonly string[]): void => void calls.push(`schema ${tables.join(", ")}`);
  const onFailure = (code: string): void => void calls.push(`failure ${code}`);
  const onSuccess = (info: RunInfo): void => void calls.push(`success ${info.rowCounts["users"]}`);
  const onEvent = (event: PipelineEvent): void => {
    if (event.type === "schema-changed") onSchemaChange(Object.keys(event.update).filter((table) => !table.startsWith("_dlt")));
    if (event.type === "run-failed") onFailure(event.error.code);
    if (event.type === "run-completed") onSuccess(event.info);
  };
  return { calls, onEvent };
}

const users = resource("users", [{ id: 1 }, { id: 2 }]);
const broken = resource("users", () => {
  throw new Error("boom");
});

afterEach(() => void vi.unstubAllEnvs());

describe("alerts on events", () => {
  test("tell once of a changed schema, and once of each success", async () => {
    const { calls, onEvent } = alerts();
    const p = machine().pipeline({ onEvent });
    await p.run(users);
    await p.run(users);
    await p.run(resource("users", [{ id: 3, name: "Ada" }]));
    expect(calls).toEqual(["schema users", "success 2", "success 2", "schema users", "success 1"]);
  });

  const failures: readonly (readonly [
    what: string,
    code: string,
    fail: (m: Machine, onEvent: (event: PipelineEvent) => void) => Promise<unknown>,
  ])[] = [
    ["in a step", "step-failed", (m, onEvent) => m.pipeline({ onEvent }).run(broken)],
    ["in a single step", "step-failed", (m, onEvent) => m.pipeline({ onEvent }).extract(broken)],
    ["by a wrong setting", "config", (m, onEvent) => m.pipeline({ onEvent, destination: "duckdbb" }).run(users)],
    [
      "by a wrong setting of the operator",
      "config",
      (m, onEvent) => {
        vi.stubEnv("RUNTIME__LOG_LEVEL", "LOUD");
        return m.pipeline({ onEvent }).run(users);
      },
    ],
    ["by a cancellation", "cancelled", (m, onEvent) => m.pipeline({ onEvent }).run(users, { signal: AbortSignal.abort() })],
    [
      "by code of the user outside of a step",
      "error",
      (m, onEvent) => m.pipeline({ onEvent }).editState(() => Promise.reject(new Error("mine")) as never),
    ],
  ];

  test.each(failures)("tell once of what fails %s", async (_, code, fail) => {
    const { calls, onEvent } = alerts();
    await expect(fail(machine(), onEvent)).rejects.toThrow();
    expect(calls).toEqual([`failure ${code}`]);
  });

  test("tell of a pipeline that another process runs", async () => {
    const { calls, onEvent } = alerts();
    const p = machine().pipeline({ onEvent });
    await p.run(users);
    using _ = PipelineLock.acquire({ workingDir: p.workingDir, pipelineName: "shop", now: new Date() });
    await expect(p.run(users)).rejects.toThrow("is running in process");
    expect(calls).toEqual(["schema users", "success 2", "failure pipeline-locked"]);
  });

  test("tell of a listener that throws; the call throws what it threw", async () => {
    const seen: PipelineEvent[] = [];
    const mine = new Error("no room for alerts");
    const p = machine().pipeline({
      onEvent: (event) => {
        seen.push(event);
        if (event.type === "run-started") throw mine;
      },
    });
    expect(await failure(() => p.run(users))).toBe(mine);
    expect(seen.at(-1)).toMatchObject({ type: "run-failed", error: { code: "error", cause: mine, message: mine.message } });
  });
});

describe("what the operator sets about log lines", () => {
  const written = (): string[] => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
    return lines;
  };
  afterEach(() => void vi.restoreAllMocks());

  test("is looked up in the section runtime, as in dlt, for all pipelines or one", async () => {
    vi.stubEnv("RUNTIME__LOG_LEVEL", "WARNING");
    vi.stubEnv("PIPELINES__SHOP__RUNTIME__LOG_LEVEL", "DEBUG");
    vi.stubEnv("RUNTIME__LOG_FORMAT", "JSON");
    const m = machine();
    const lines = written();
    const { trace } = await m.pipeline({ progress: "log" }).run(users);
    const shop = lines.splice(0).map((line) => JSON.parse(line));
    expect(shop[0]).toEqual({
      time: expect.stringMatching(/Z$/),
      level: "debug",
      pipeline: "shop",
      runId: trace.runId,
      message: "sync started",
      event: "step-started",
      step: "sync",
    });
    expect(shop.map(({ level }) => level)).toContain("info");
    await pipeline({
      name: "other",
      pipelinesDir: m.dir,
      destination: (await import("../../src/destinations/duckdb/index.ts")).duckdb(":memory:"),
    }).run(users);
    expect(lines).toEqual([]);
    expect(trace.resolvedConfig).toContainEqual({ key: "RUNTIME__LOG_FORMAT", value: "JSON", provider: "environment" });
  });

  test("a failure is a line of level error", async () => {
    vi.stubEnv("RUNTIME__LOG_FORMAT", "json");
    const lines = written();
    await expect(machine().pipeline({ progress: "none" }).run(broken)).rejects.toThrow();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: "error",
        event: "run-failed",
        code: "step-failed",
        message: "failed [resource-failed]",
        error: expect.stringContaining("boom"),
      },
    ]);
  });

  test("a logger without a method is refused when the pipeline is made", () => {
    expect(() => machine().pipeline({ logger: { info: () => {} } as never })).toThrow(/`logger` .*debug, warn, error/);
  });
});
