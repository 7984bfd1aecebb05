import { join } from "node:path";
import { expect, test } from "vitest";
import type { DestinationContract, LoadSession } from "../../src/destination-kit/contract.ts";
import { ConnectionError, LoadJobFailedError } from "../../src/destination-kit/errors.ts";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Destination, type Pipeline, type PipelineEvent, type PipelineOptions, pipeline } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, values } from "./local-pipeline.ts";

/** What happens in the nth commit of the destination, from 1: it throws before, or after, or does nothing. */
type Trouble = (attempt: number, session: LoadSession, plan: Parameters<LoadSession["commitPackage"]>[0]) => Promise<void> | void;

interface Shaky {
  readonly destination: Destination;
  readonly counts: { commits: number; opened: number; asked: number };
}

/** A DuckDB file whose commits meet with trouble. */
function shaky(path: string, { before = () => {}, after = () => {} }: { readonly before?: Trouble; readonly after?: Trouble }): Shaky {
  const real = duckdb(path) as DestinationContract;
  const counts = { commits: 0, opened: 0, asked: 0 };
  const destination: DestinationContract = {
    ...real,
    async open(context) {
      const session = await real.open(context);
      counts.opened += 1;
      return new Proxy(session, {
        get(target, key) {
          if (key === "commitPackage")
            return async (...[plan, observe]: Parameters<LoadSession["commitPackage"]>) => {
              counts.commits += 1;
              await before(counts.commits, target, plan);
              const result = await target.commitPackage(plan, observe);
              await after(counts.commits, target, plan);
              return result;
            };
          if (key === "hasLoad")
            return (loadId: string) => {
              counts.asked += 1;
              return target.hasLoad(loadId);
            };
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
  return { destination, counts };
}

const lost = () => new ConnectionError("The connection is lost. Run again.", { destination: "duckdb", retryable: true });

/** The job of `items` fails as if its connection was cut. */
const cut: Trouble = (_, __, plan) => {
  const job = plan.jobs.find((each) => each.table === "items")!;
  throw new LoadJobFailedError("The connection is lost.", { destination: "duckdb", loadId: plan.loadId, job, retryable: true });
};

const upTo =
  (attempts: number, trouble: Trouble): Trouble =>
  (attempt, ...rest) =>
    attempt <= attempts ? trouble(attempt, ...rest) : undefined;

interface World {
  readonly p: Pipeline;
  readonly events: PipelineEvent[];
  readonly counts: Shaky["counts"];
}

function world(trouble: Parameters<typeof shaky>[1], options: PipelineOptions = {}): World {
  const dir = tempDir();
  const events: PipelineEvent[] = [];
  const { destination, counts } = shaky(join(dir, "data.duckdb"), trouble);
  const onEvent = (event: PipelineEvent): void => void events.push(event);
  return { p: pipeline({ name: "shop", destination, pipelinesDir: dir, progress: "none", onEvent, ...options }), events, counts };
}

const rows = [{ id: 1 }, { id: 2 }];

const jobEvents = (events: readonly PipelineEvent[]): string[] =>
  events.flatMap((event) => ("job" in event && event.job.table === "items" ? [`${event.type} ${event.job.retries}`] : []));

test("what fails of something passing is tried again, and each row is there once", async () => {
  const { p, events, counts } = world({ before: upTo(2, cut) });
  const info = await p.run(rows, { tableName: "items" });
  expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2]);
  expect(counts.commits).toBe(3);
  expect(jobEvents(events)).toEqual(["job-retried 0", "job-retried 1", "job-started 2", "job-completed 2"]);
  const retried = events.filter((event) => event.type === "job-retried");
  expect(retried[0]).toMatchObject({ job: { state: "failed", failedMessage: "The connection is lost." } });
  expect(info.packages[0]!.jobs.find((job) => job.table === "items")).toMatchObject({ state: "completed", retries: 2, rows: 2 });
  expect(info.hasFailedJobs).toBe(false);
});

test("each retry is told as a warning with its reason, its pause and how many are left", async () => {
  const { p, events } = world({ before: upTo(1, cut) }, { load: { maxRetries: 3 } });
  await p.run(rows, { tableName: "items" });
  const [warning, ...others] = events.filter((event) => event.type === "warning");
  expect(warning).toMatchObject({
    code: "load-retried",
    message: expect.stringMatching(/The connection is lost.*Trying again in 0\.\d s \(1 of 3\)/),
  });
  expect(others).toEqual([]);
});

test("a lost session is opened anew", async () => {
  const { p, counts } = world({
    before: upTo(1, async (_, session) => {
      await session.close();
      throw lost();
    }),
  });
  await p.run(rows, { tableName: "items" });
  // One for the sync, two for the load.
  expect(counts.opened).toBe(3);
});

test("a commit whose answer was lost is not done twice: the load record is asked for first", async () => {
  const { p, counts } = world({
    after: upTo(1, () => {
      throw lost();
    }),
  });
  await p.run(rows, { tableName: "items" });
  expect(counts).toMatchObject({ commits: 1, asked: 1 });
  expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2]);
});

test("a database that cannot be opened for a moment is opened again", async () => {
  const real = duckdb(join(tempDir(), "data.duckdb")) as DestinationContract;
  let opened = 0;
  const destination: DestinationContract = {
    ...real,
    open: (context) => {
      opened += 1;
      return opened === 2 ? Promise.reject(lost()) : real.open(context);
    },
  };
  const p = pipeline({ name: "shop", destination, pipelinesDir: tempDir(), progress: "none" });
  await p.run(rows, { tableName: "items" });
  expect(await values(p, "SELECT count(*) FROM items")).toEqual([2]);
});

test("after so many retries it fails with the last error, and the package is loaded by the next run", async () => {
  const { p, counts } = world({ before: upTo(3, cut) }, { load: { maxRetries: 2 } });
  const error = await failure(() => p.run(rows, { tableName: "items" }));
  expect(error).toMatchObject({ code: "load-job-failed", retryable: true, job: { retries: 2, state: "failed" } });
  expect(counts.commits).toBe(3);
  await p.run();
  expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2]);
});

test("maxRetries may be set from outside, with dlt's name", async () => {
  const { p, counts } = world({ before: upTo(9, cut) });
  process.env["LOAD__RAISE_ON_MAX_RETRIES"] = "0";
  try {
    await failure(() => p.run(rows, { tableName: "items" }));
  } finally {
    delete process.env["LOAD__RAISE_ON_MAX_RETRIES"];
  }
  expect(counts.commits).toBe(1);
});

test("what time does not mend fails at once", async () => {
  const { p, counts, events } = world({
    before: (_, __, plan) => {
      throw new LoadJobFailedError("That is no number.", { destination: "duckdb", loadId: plan.loadId, job: plan.jobs[0]! });
    },
  });
  await failure(() => p.run(rows, { tableName: "items" }));
  expect(counts.commits).toBe(1);
  expect(events.some((event) => event.type === "job-retried" || event.type === "warning")).toBe(false);
});

test("a run that is cancelled while it waits for the next attempt ends, and the next one goes on", async () => {
  const controller = new AbortController();
  const { p } = world(
    { before: upTo(1, cut) },
    { signal: controller.signal, onEvent: (event) => (event.type === "warning" ? controller.abort() : undefined) },
  );
  expect(await failure(() => p.run(rows, { tableName: "items" }))).toMatchObject({ code: "cancelled" });
  const again = pipeline({
    name: "shop",
    destination: duckdb(join(p.workingDir, "..", "data.duckdb")),
    pipelinesDir: join(p.workingDir, ".."),
    progress: "none",
  });
  await again.run();
  expect(await values(again, "SELECT id FROM items ORDER BY id")).toEqual([1, 2]);
});

test("load.workers is refused with the reason where a package is one transaction", async () => {
  const p = pipeline({ name: "shop", destination: duckdb(":memory:"), pipelinesDir: tempDir(), progress: "none", load: { workers: 3 } });
  await expect(p.run([{ id: 1 }], { tableName: "items" })).rejects.toThrow("one transaction, which is one connection");
});
