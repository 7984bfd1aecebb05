import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postgres } from "../../../src/destinations/postgres/index.ts";
import { connectPostgres } from "../../../src/drivers/postgres.ts";
import { type PipelineEvent, type PipelineOptions, pipeline } from "../../../src/index.ts";
import { tempDir } from "../../temp-dir.ts";
import { connectTo, locationOf } from "./connection.ts";
import { type OwnServer, startOwnServer } from "./own-server.ts";
import { expectRuns, shop } from "./shop-runs.ts";

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
  // Else a server that crashes may lose what it has committed.
  await server.script("ALTER ROLE postgres SET synchronous_commit = on");
});

afterAll(() => server.stop());

interface World {
  readonly url: string;
  readonly retries: readonly string[];
  /** Called at every retry, before the pause. */
  onRetry: (count: number) => void;
  run(number: number): Promise<unknown>;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

async function world(name: string, options: PipelineOptions = {}): Promise<World> {
  await server.script(`CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  const pipelinesDir = join(tempDir(), "pipelines");
  const retries: string[] = [];
  const onEvent = (event: PipelineEvent): void => {
    if (event.type !== "warning" || event.code !== "load-retried") return;
    retries.push(event.message);
    it.onRetry(retries.length);
  };
  const it: World = {
    url,
    retries,
    onRetry: () => {},
    run: (number) =>
      pipeline({ name: "shop", destination: postgres(url), datasetName: "data", pipelinesDir, progress: "none", onEvent, ...options }).run(
        shop(number),
      ),
    async query(sql) {
      const connection = await connectPostgres(locationOf(url));
      return await connection.query<Record<string, unknown>>(sql).finally(() => connection.close());
    },
  };
  return it;
}

/** Keeps a load in its middle: it waits for a table. */
async function holdSnapshot({ url }: World): Promise<void> {
  const holder = await connectTo(locationOf(url));
  await holder.script(["BEGIN", "LOCK TABLE data.snapshot IN ACCESS EXCLUSIVE MODE"]);
}

async function untilWaiting({ query }: World): Promise<void> {
  const sql = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  await expect.poll(() => query(sql), { timeout: 20_000 }).toHaveLength(1);
}

test.each(["immediate", "fast"] as const)("a server that restarts (%s) in the middle of a load is waited for", async (mode) => {
  const it = await world(`mid_load_${mode}`);
  await it.run(1);
  await holdSnapshot(it);
  const run = it.run(2);
  await untilWaiting(it);
  await server.restart(mode);
  await run;
  expect(it.retries.length).toBeGreaterThan(0);
  await expectRuns(it, 2);
});

test("a server that is down for a while, and goes down once more while it is tried again, is waited for", async () => {
  const it = await world("down", { load: { maxRetries: 20 } });
  await it.run(1);
  await holdSnapshot(it);
  const steps = new Map([
    [2, () => server.startAgain().then(() => server.restart("immediate"))],
    [1, () => Promise.resolve()],
  ]);
  let working: Promise<void> = Promise.resolve();
  it.onRetry = (count) => {
    working = working.then(() => steps.get(count)?.());
  };
  const run = it.run(2);
  await untilWaiting(it);
  await server.shutDown("fast");
  await run;
  await working;
  expect(it.retries.some((message) => message.includes("Nothing listens"))).toBe(true);
  await expectRuns(it, 2);
});

test.each(["immediate", "fast"] as const)("a server that restarts (%s) while it commits leaves no doubt", async (mode) => {
  const it = await world(`mid_commit_${mode}`);
  await it.run(1);
  await it.query(`
    CREATE FUNCTION data.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON data.prices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION data.slow()`);
  const run = it.run(2);
  const committing = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'";
  await expect.poll(() => it.query(committing), { timeout: 20_000, interval: 20 }).toHaveLength(1);
  await server.restart(mode);
  await run;
  expect(it.retries.length).toBeGreaterThan(0);
  await expectRuns(it, 2);
});

test("a server that crashes at any moment, again and again", { timeout: 300_000 }, async () => {
  const it = await world("any_moment", { load: { maxRetries: 20 } });
  await it.run(1);
  const runs = process.env["LEAT_TEST_FULL"] === "1" ? 12 : 3;
  for (let number = 2; number < runs + 2; number += 1) {
    const running = it.run(number).catch((error: unknown) => error);
    await sleep((number * 137) % 400);
    await server.restart("immediate");
    const error = await running;
    if (error !== undefined && error instanceof Error) {
      // What is read before the load is not tried again.
      expect(error).toMatchObject({ step: "sync", cause: { code: "connection", retryable: true } });
      await it.run(number);
    }
  }
  await expectRuns(it, runs + 1);
});
