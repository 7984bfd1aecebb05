import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { postgres } from "../../../src/destinations/postgres/index.ts";
import { type Pipeline, type PipelineEvent, type PipelineOptions, pipeline, resource, source } from "../../../src/index.ts";
import { createPostgres, type TestDatabase } from "../../destinations.ts";
import { failure } from "../../e2e/local-pipeline.ts";
import { tempDir } from "../../temp-dir.ts";
import { type ClientMessage, type Cut, type PostgresProxy, startProxy } from "./proxy.ts";
import { expectRuns, shop } from "./shop-runs.ts";

interface World {
  readonly database: TestDatabase;
  readonly proxy: PostgresProxy;
  readonly dir: string;
}

async function world(): Promise<World> {
  const database = await createPostgres();
  return { database, proxy: await startProxy(database.url), dir: tempDir() };
}

function open({ proxy, dir }: World, options: PipelineOptions = {}): Pipeline {
  const destination = postgres({ connectionString: proxy.url, ssl: false });
  return pipeline({ name: "shop", destination, datasetName: "data", pipelinesDir: join(dir, "pipelines"), progress: "none", ...options });
}

/** Cuts once, at the first message that fits. */
function once(proxy: PostgresProxy, cut: Cut, fits: (message: ClientMessage) => boolean): () => boolean {
  let isCut = false;
  proxy.cutAt = (message) => {
    if (isCut || !fits(message)) return undefined;
    isCut = true;
    return cut;
  };
  return () => isCut;
}

const isCommit = ({ sql }: ClientMessage): boolean => sql === "COMMIT";

describe.each<Cut>(["before", "after", "at-once"])("a connection that is cut %s the server has COMMIT", (cut) => {
  test.each([
    ["one transaction", {}],
    ["a transaction for each table", { atomic: false }],
  ])("leaves no doubt: the destination is asked, and the package is there once, in %s", async (_, options) => {
    const it = await world();
    await open(it, options).run(shop(1));
    const events: PipelineEvent[] = [];
    const isCut = once(it.proxy, cut, isCommit);
    await open(it, { ...options, onEvent: (event) => void events.push(event) }).run(shop(2));
    expect(isCut()).toBe(true);
    expect(events.filter((event) => event.type === "warning" && event.code === "load-retried")).toHaveLength(1);
    await expectRuns(it.database, 2);
    await open(it, options).run(shop(3));
    await expectRuns(it.database, 3);
  });

  test("waits for the next run where nothing is tried again", async () => {
    const it = await world();
    await open(it).run(shop(1));
    once(it.proxy, cut, isCommit);
    const impatient = open(it, { load: { maxRetries: 0 } });
    const error = await failure(() => impatient.run(shop(2)));
    expect(error).toMatchObject({ code: "connection", retryable: true, message: expect.stringContaining("is lost") });
    expect(impatient.hasPendingData).toBe(true);
    await open(it).run(shop(3));
    await expectRuns(it.database, 3);
    expect(open(it).hasPendingData).toBe(false);
  });
});

test("a COMMIT that the server still works on, when its client is gone, is waited for", async () => {
  const it = await world();
  await open(it).run(shop(1));
  // The commit takes longer than the pause before another attempt.
  await it.database.query(`
    CREATE FUNCTION data.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON data.snapshot DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION data.slow()`);
  once(it.proxy, "at-once", isCommit);
  await open(it).run(shop(2));
  await expectRuns(it.database, 2);
});

test("a commit whose answer is lost, and that merged what another machine had stored, loses nothing of either", async () => {
  const it = await world();
  const here = open(it);
  const there = open({ ...it, dir: tempDir() });
  const part = (name: string, run: number) =>
    resource(name, function* ({ state }) {
      state["runs"] = run;
      yield { id: run, [`only_${name}`]: true };
    });
  await here.run(source("both", () => [part("a", 1), part("b", 1)])());
  await there.sync();
  await here.extract(source("both", () => [part("a", 2)])());
  await here.normalize();
  await there.run(source("both", () => [part("b", 2)])());
  once(it.proxy, "after", isCommit);
  await here.load();
  const states = async (p: Pipeline) => p.state.sources?.["both"]?.resources;
  await here.run(source("both", () => [part("a", 3)])());
  expect(await states(here)).toEqual({ a: { runs: 3 }, b: { runs: 2 } });
  await there.sync();
  expect(await states(there)).toEqual({ a: { runs: 3 }, b: { runs: 2 } });
  expect(await it.database.query("SELECT id, only_a FROM data.a ORDER BY 1")).toEqual([1, 2, 3].map((id) => ({ id, only_a: true })));
  expect(await it.database.query("SELECT id, only_b FROM data.b ORDER BY 1")).toEqual([1, 2].map((id) => ({ id, only_b: true })));
});

const isFull = process.env["LEAT_TEST_FULL"] === "1";

/** Some of the messages of a run, each cut before it or after it; with LEAT_TEST_FULL=1 all of them, in both ways. */
function casesOf(count: number): (readonly [index: number, cut: Cut])[] {
  const cuts = ["before", "after"] as const;
  if (isFull) return Array.from({ length: count }, (_, index) => cuts.map((cut) => [index, cut] as const)).flat();
  return Array.from({ length: 6 }, (_, step) => [Math.floor(((step + 0.5) * count) / 6), cuts[step % 2]!] as const);
}

test.each<[string, PipelineOptions]>([
  ["one transaction", {}],
  ["a transaction for each table", { atomic: false }],
])("a connection that is cut at any message of a run, in %s, is mended by the same run", { timeout: 3_600_000 }, async (_, options) => {
  const count = await messagesOfRun(options);
  for (const [index, cut] of casesOf(count)) {
    const it = await world();
    await open(it, options).run(shop(1));
    const first = it.proxy.messages.length;
    let at: ClientMessage | undefined;
    once(it.proxy, cut, (message) => {
      if (message.index !== first + index) return false;
      at = message;
      return true;
    });
    try {
      await runTwice(it, options);
      expect(at).toBeDefined();
      await expectRuns(it.database, 2);
    } catch (cause) {
      throw new Error(`Cut ${cut} message ${index} of ${count}, ${at?.type} ${at?.sql}: ${(cause as Error).message}`, { cause });
    }
  }
});

/** What is read before the load is not tried again: the next call does it. */
async function runTwice(it: World, options: PipelineOptions): Promise<void> {
  try {
    await open(it, options).run(shop(2));
  } catch (error) {
    expect(error).toMatchObject({ step: "sync", cause: { code: "connection", retryable: true } });
    await open(it, options).run(shop(2));
  }
}

async function messagesOfRun(options: PipelineOptions): Promise<number> {
  const it = await world();
  await open(it, options).run(shop(1));
  const first = it.proxy.messages.length;
  await open(it, options).run(shop(2));
  return it.proxy.messages.length - first;
}
