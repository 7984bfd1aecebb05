import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type CustomDestinationContext, type CustomDestinationOptions, destination } from "../../src/destinations/custom/index.ts";
import {
  attach,
  Decimal,
  field,
  type PipelineEvent,
  type PipelineOptions,
  PlainDate,
  PlainTime,
  pipeline,
  resource,
  Timestamp,
} from "../../src/index.ts";
import type { FileFormat } from "../../src/schema/hint-options.ts";
import { tempDir } from "../temp-dir.ts";
import { failure } from "./local-pipeline.ts";

type Row = Record<string, unknown>;
interface Call {
  readonly table: string;
  readonly rows: readonly Row[];
  readonly context: CustomDestinationContext<object>;
}

/** Remembers its calls. `work` may fail. */
function recorder(options: CustomDestinationOptions = {}, work: (call: Call) => unknown = () => {}) {
  const calls: Call[] = [];
  const target = destination("sink", options, async (rows, context) => {
    const call = { table: context.table.name, rows, context };
    await work(call);
    calls.push(call);
  });
  return { calls, target, rowsOf: (table: string) => calls.filter((call) => call.table === table).flatMap((call) => call.rows) };
}

function pipelineTo(target: PipelineOptions["destination"], options: PipelineOptions = {}, dir = tempDir()) {
  return pipeline({
    name: "reverse",
    destination: target!,
    datasetName: "data",
    pipelinesDir: join(dir, "pipelines"),
    progress: "none",
    ...options,
  });
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

describe("a function as destination", () => {
  test("gets the rows of a table in batches, in their order", async () => {
    const { calls, target } = recorder({ batchSize: 4 });
    const info = await pipelineTo(target).run(numbered(10), { tableName: "people" });
    expect(calls.map(({ rows }) => rows.map(({ id }) => id))).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
    expect(info).toMatchObject({ destinationType: "custom", destinationName: "sink", rowCounts: { people: 10 }, hasFailedJobs: false });
  });

  test("gets ten rows at a time by default, of every table the columns that are the user's, and nothing of leat's", async () => {
    const { calls, target } = recorder();
    await pipelineTo(target).run([resource("a", numbered(11)), resource("b", [{ id: 1 }])]);
    expect(calls.map(({ table, rows }) => `${table} ${rows.length}`).sort()).toEqual(["a 1", "a 10", "b 1"]);
    expect(calls.flatMap(({ rows }) => rows.flatMap(Object.keys))).not.toContainEqual(expect.stringMatching(/^_dlt/));
    expect(Object.keys(calls[0]!.context.table.columns)).toEqual(["id"]);
  });

  test("keeps names and nested values as they are, unless told otherwise", async () => {
    const row = { userId: 1, "First Name": "Ada", tags: ["x", { y: 1 }], at: { home: true } };
    const plain = recorder();
    await pipelineTo(plain.target).run([row], { tableName: "People" });
    expect(plain.rowsOf("People")).toEqual([{ userId: 1, "First Name": "Ada", tags: ["x", { y: 1 }], at: { home: true } }]);
    const nested = recorder({ namingConvention: "snake_case", maxTableNesting: null });
    await pipelineTo(nested.target).run([{ userId: 1, tags: ["x", "y"] }], { tableName: "People" });
    expect(nested.rowsOf("people")).toEqual([{ user_id: 1 }]);
    expect(nested.rowsOf("people__tags")).toEqual([{ value: "x" }, { value: "y" }]);
  });

  for (const loaderFileFormat of ["jsonl", "parquet"] as const satisfies FileFormat[])
    test(`values have their types, in ${loaderFileFormat} files`, async () => {
      const { rowsOf, target } = recorder({ loaderFileFormat });
      const row = {
        text: "é\n\u{1F600}",
        whole: 5,
        big: 9007199254740993n,
        double: 1.5,
        integral: 2,
        flag: false,
        at: Timestamp.from("2024-01-02T03:04:05.123456Z"),
        day: PlainDate.from("2024-02-29"),
        time: PlainTime.from("23:59:59.5"),
        amount: new Decimal("12345678901234567.123456789"),
        bytes: new Uint8Array([0, 255]),
        json: { list: [1.5, 9007199254740993n, null], "": true },
      };
      const columns = { integral: { dataType: "double" }, json: { dataType: "json" } } as const;
      await pipelineTo(target).run(resource("typed", { columns }, [row, { text: "b" } as typeof row]));
      const [first, second] = rowsOf("typed");
      expect(first).toEqual({ ...row, bytes: expect.anything() });
      expect([...(first!["bytes"] as Uint8Array)]).toEqual([0, 255]);
      expect([first!["at"], first!["amount"], first!["day"]].map((each) => each!.constructor)).toEqual([Timestamp, Decimal, PlainDate]);
      expect(Object.values(second!).filter((value) => value !== null)).toEqual(["b"]);
      expect(Object.keys(second!)).toEqual(Object.keys(first!));
    });

  test("is told what the table says about writing, and leaves merging to the function", async () => {
    const { calls, target } = recorder();
    const people = resource("people", { writeDisposition: { disposition: "merge", strategy: "upsert" }, primaryKey: "id" }, [
      { id: 1, name: "Ada" },
    ]);
    await pipelineTo(target).run([people, resource("days", { writeDisposition: "replace" }, [{ day: 1 }])]);
    const tableOf = (name: string) => calls.find((call) => call.table === name)!.context.table;
    expect(tableOf("people")).toMatchObject({
      write_disposition: "merge",
      "x-merge-strategy": "upsert",
      columns: { id: { primary_key: true } },
    });
    expect(tableOf("days")).toMatchObject({ write_disposition: "replace" });
  });

  test("gets leat's columns and tables when it asks for them", async () => {
    const { calls, rowsOf, target } = recorder({ skipDltColumns: false });
    const p = pipelineTo(target);
    const counted = resource("counted", function* ({ state }) {
      state["runs"] = 1;
      yield { id: 1 };
    });
    const info = await p.run(counted);
    expect(rowsOf("counted")).toEqual([{ id: 1, _dlt_load_id: info.loadIds[0], _dlt_id: expect.any(String) }]);
    expect(rowsOf("_dlt_pipeline_state")).toMatchObject([{ pipeline_name: "reverse", version: 1, _dlt_load_id: info.loadIds[0] }]);
    // The state comes last, when all rows are there.
    expect(calls.at(-1)!.table).toBe("_dlt_pipeline_state");
  });

  test("batchSize 0 hands over the path of each file, in any format", async () => {
    const files: { path: string; text: string }[] = [];
    const target = destination("files", { batchSize: 0, loaderFileFormat: "csv" }, (path, { table }) => {
      files.push({ path, text: `${table.name}: ${readFileSync(path, "utf8")}` });
    });
    await pipelineTo(target).run([{ id: 1, name: "Ada" }], { tableName: "people" });
    expect(files.map(({ text }) => text)).toEqual([expect.stringMatching(/^people: .*id.*\n1,.*Ada/s)]);
    expect(files[0]!.path).toMatch(/people\..*\.csv$/);
  });

  test("a file that was begun in rows is not handed over as a path, and the other way round nothing is left of it", async () => {
    const dir = tempDir();
    const began = recorder({ batchSize: 2 }, ({ rows }) => {
      if (rows[0]!["id"] === 3) throw Object.assign(new Error("no"), { retryable: false });
    });
    await failure(() => pipelineTo(began.target, {}, dir).run(numbered(4), { tableName: "people" }));
    const paths: string[] = [];
    const byPath = destination("sink", { batchSize: 0 }, (path) => void paths.push(path));
    expect(await failure(() => pipelineTo(byPath, {}, dir).run())).toMatchObject({
      code: "load-job-failed",
      retryable: false,
      message: expect.stringContaining("2 rows of it"),
    });
    const goesOn = recorder({ batchSize: 2 });
    await pipelineTo(goesOn.target, {}, dir).run();
    expect([goesOn.rowsOf("people"), paths]).toEqual([[{ id: 3 }, { id: 4 }], []]);
  });

  test("what it needs to be told is looked up under its name before a run begins", async () => {
    const seen: unknown[] = [];
    const spec = { token: field.secret("Token of the CRM."), region: field.text("Region.", { default: "eu" }) };
    const target = destination("crm", { config: spec }, (_, { config }) => void seen.push(config));
    let isStarted = false;
    const rows = resource("rows", function* () {
      isStarted = true;
      yield { id: 1 };
    });
    expect(await failure(() => pipelineTo(target).run(rows))).toMatchObject({
      code: "config",
      lookedAt: expect.arrayContaining(["environment DESTINATION__CRM__TOKEN"]),
    });
    expect(isStarted).toBe(false);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv("DESTINATION__CRM__TOKEN", "s3cret");
    const info = await pipelineTo(target).run(rows);
    expect(seen).toEqual([{ token: "s3cret", region: "eu" }]);
    expect(JSON.stringify(info)).not.toContain("s3cret");
  });

  test("the size of batches may come from the config", async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv("DESTINATION__SINK__BATCH_SIZE", "3");
    const { calls, target } = recorder();
    await pipelineTo(target).run(numbered(5), { tableName: "people" });
    expect(calls.map(({ rows }) => rows.length)).toEqual([3, 2]);
    vi.stubEnv("DESTINATION__SINK__BATCH_SIZE", "0");
    expect(await failure(() => pipelineTo(target).run(numbered(5), { tableName: "people" }))).toMatchObject({ code: "config" });
  });

  test("state is kept on this machine", async () => {
    const dir = tempDir();
    const counted = resource("counted", function* ({ state }) {
      state["runs"] = ((state["runs"] as number | undefined) ?? 0) + 1;
      yield { run: state["runs"] as number };
    });
    const { rowsOf, target } = recorder();
    await pipelineTo(target, {}, dir).run(counted);
    await pipelineTo(target, {}, dir).run(counted);
    await pipelineTo(target).run(counted);
    expect(rowsOf("counted")).toEqual([{ run: 1 }, { run: 2 }, { run: 1 }]);
  });

  test("attach() has to be given it", async () => {
    const dir = tempDir();
    const { target } = recorder();
    await pipelineTo(target, {}, dir).run(numbered(1), { tableName: "people" });
    const pipelinesDir = join(dir, "pipelines");
    expect(await failure(() => attach("reverse", { pipelinesDir }))).toMatchObject({
      code: "config",
      message: expect.stringContaining("destination"),
    });
    expect((await attach("reverse", { pipelinesDir, destination: target })).firstRun).toBe(false);
  });

  test("what was loaded cannot be read back, and the error says so", async () => {
    const { target } = recorder();
    const p = pipelineTo(target);
    await p.run(numbered(1), { tableName: "people" });
    expect(await failure(() => p.dataset().table("people").fetchAll())).toMatchObject({ code: "unsupported" });
  });
});

describe("failures", () => {
  const quick: PipelineOptions = { load: { maxRetries: 2 } };

  test("a batch that throws is tried again, and those before it are not", async () => {
    let failures = 0;
    const { calls, target } = recorder({ batchSize: 2 }, ({ rows }) => {
      if (rows[0]!["id"] === 3 && failures++ < 2) throw new Error("503");
    });
    const events: PipelineEvent[] = [];
    const info = await pipelineTo(target, { ...quick, onEvent: (event) => void events.push(event) }).run(numbered(6), {
      tableName: "people",
    });
    expect(calls.map(({ rows }) => rows.map(({ id }) => id))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(events.filter(({ type }) => type === "job-retried")).toHaveLength(2);
    expect(info.packages[0]!.jobs.find(({ table }) => table === "people")).toMatchObject({ state: "completed", retries: 2 });
  });

  test("the next run goes on with the batch that failed, whose id stays the same", async () => {
    const dir = tempDir();
    const tried: string[] = [];
    let isBroken = true;
    const { calls, target } = recorder({ batchSize: 2 }, ({ rows, context }) => {
      if (rows[0]!["id"] !== 5) return;
      tried.push(context.batchId);
      if (isBroken) throw Object.assign(new Error("this row is not wanted"), { retryable: false });
    });
    const p = pipelineTo(target, quick, dir);
    const error = await failure(() => p.run(numbered(8), { tableName: "people" }));
    expect(error).toMatchObject({
      code: "load-job-failed",
      retryable: false,
      message: expect.stringMatching(/Rows 5 to 6: this row is not wanted/),
    });
    expect(tried).toHaveLength(1);
    expect(calls).toHaveLength(2);
    isBroken = false;
    await pipelineTo(target, quick, dir).run();
    expect(calls.flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(tried).size).toBe(1);
    expect(new Set(calls.map(({ context }) => context.batchId)).size).toBe(4);
  });

  test("tables that were taken in full stay done while another one fails", async () => {
    let failures = 0;
    const { calls, target } = recorder({ parallel: 1 }, ({ table }) => {
      if (table === "b" && failures++ === 0) throw new Error("not now");
    });
    await pipelineTo(target, quick).run([resource("a", numbered(3)), resource("b", numbered(3)), resource("c", numbered(3))]);
    expect(calls.map(({ table }) => table)).toEqual(["a", "b", "c"]);
  });

  test("a call that takes too long has failed, and its signal fires", async () => {
    const reasons: unknown[] = [];
    const { target } = recorder({ timeout: "30ms" }, ({ context }) => {
      context.signal.addEventListener("abort", () => reasons.push(String(context.signal.reason)));
      return new Promise(() => {});
    });
    const error = await failure(() => pipelineTo(target, { load: { maxRetries: 0 } }).run(numbered(1), { tableName: "people" }));
    expect(error).toMatchObject({ code: "load-job-failed", retryable: true, message: expect.stringContaining("timeout") });
    expect(reasons).toHaveLength(1);
  });

  test("a cancelled run ends between two batches, and the next one goes on", async () => {
    const dir = tempDir();
    const stop = new AbortController();
    const { calls, target } = recorder({ batchSize: 2, parallel: 1 }, ({ rows, context }) => {
      if (rows[0]!["id"] === 3 && !stop.signal.aborted) {
        stop.abort();
        expect(context.signal.aborted).toBe(true);
      }
    });
    const error = await failure(() => pipelineTo(target, {}, dir).run(numbered(6), { tableName: "people", signal: stop.signal }));
    expect(error).toMatchObject({ code: "cancelled" });
    expect(calls).toHaveLength(2);
    await pipelineTo(target, {}, dir).run();
    expect(calls.flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("parallelism", () => {
  /** How many calls run at once, at most. */
  function gauge(options: CustomDestinationOptions) {
    const most = { all: 0, ofA: 0 };
    const running: string[] = [];
    const { target } = recorder({ batchSize: 100, ...options }, async ({ table }) => {
      running.push(table);
      most.all = Math.max(most.all, running.length);
      most.ofA = Math.max(most.ofA, running.filter((each) => each === "a").length);
      await new Promise((resolve) => setTimeout(resolve, 30));
      running.splice(running.indexOf(table), 1);
    });
    return { most, target };
  }
  /** Two files of `a`, one of each other. */
  const run = async (target: PipelineOptions["destination"], options: PipelineOptions = {}) => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv("NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS", "2");
    await pipelineTo(target, options).run([resource("a", numbered(6)), resource("b", numbered(1)), resource("c", numbered(1))]);
  };

  test("files are read at once, as many as `load.workers` and `parallel` allow", async () => {
    for (const [parallel, workers, expected] of [
      [undefined, undefined, 5],
      [2, undefined, 2],
      [undefined, 3, 3],
      [8, 2, 2],
    ] as const) {
      const { most, target } = gauge(parallel === undefined ? {} : { parallel });
      await run(target, workers === undefined ? {} : { load: { workers } });
      expect([parallel, workers, most.all]).toEqual([parallel, workers, expected]);
    }
  });

  test("table-sequential: those of one table follow each other; sequential: all do", async () => {
    const tables = gauge({ loaderParallelismStrategy: "table-sequential" });
    await run(tables.target);
    expect(tables.most).toEqual({ all: 3, ofA: 1 });
    const one = gauge({ loaderParallelismStrategy: "sequential" });
    await run(one.target);
    expect(one.most.all).toBe(1);
  });
});

describe("options that cannot be", () => {
  const cases: readonly [what: string, make: () => unknown, message: RegExp][] = [
    ["a blank name", () => destination(" ", {}, () => {}), /name/],
    ["no function", () => destination("x", {}, undefined as never), /function/],
    ["an unknown option", () => destination("x", { batchsize: 1 } as never, () => {}), /batchsize.*batchSize/],
    ["rows from CSV", () => destination("x", { loaderFileFormat: "csv" }, () => {}), /jsonl or parquet/],
    ["a negative batch", () => destination("x", { batchSize: -1 }, () => {}), /batchSize/],
    ["a timeout that is none", () => destination("x", { timeout: "soon" as never }, () => {}), /duration/],
  ];
  for (const [what, make, message] of cases)
    test(what, async () => expect(await failure(make)).toMatchObject({ code: "config", message: expect.stringMatching(message) }));
});
