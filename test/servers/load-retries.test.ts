import { join } from "node:path";
import { expect, test } from "vitest";
import { postgres } from "../../src/destinations/postgres/index.ts";
import { type Pipeline, type PipelineEvent, pipeline, resource } from "../../src/index.ts";
import { createPostgres, type TestDatabase } from "../destinations.ts";
import { failure, query, values } from "../e2e/local-pipeline.ts";
import { tempDir } from "../temp-dir.ts";
import { connectTo, locationOf } from "./postgres/connection.ts";

interface World {
  readonly database: TestDatabase;
  readonly events: PipelineEvent[];
  readonly p: Pipeline;
}

/** A pipeline that has loaded one row into `items`. */
async function world(): Promise<World> {
  const database = await createPostgres();
  const events: PipelineEvent[] = [];
  const p = pipeline({
    name: "shop",
    destination: database.destination(),
    datasetName: "data",
    pipelinesDir: tempDir(),
    progress: "none",
    onEvent: (event) => void events.push(event),
  });
  await p.run(resource("items", [{ id: 1 }]));
  events.length = 0;
  return { database, events, p };
}

/** Another session holds the table until it is told to let go. */
async function holdItems({ database }: World): Promise<() => Promise<void>> {
  const holder = await connectTo(locationOf(database.url));
  await holder.script(["BEGIN", "LOCK TABLE data.items IN ACCESS EXCLUSIVE MODE"]);
  return () => holder.script(["ROLLBACK"]);
}

/** Ends the session that waits for the table. */
async function terminateWaiting({ database }: World): Promise<void> {
  const waiting =
    "SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation'";
  while ((await database.query(waiting)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

const retries = (events: readonly PipelineEvent[]): string[] =>
  events.flatMap((event) => (event.type === "warning" && event.code === "load-retried" ? [event.message] : []));

test("a session that the server ends in the middle of a load is opened anew, and the rows are there once", async () => {
  const it = await world();
  const letGo = await holdItems(it);
  const run = it.p.run(resource("items", [{ id: 2 }, { id: 3 }]));
  await terminateWaiting(it);
  await letGo();
  await run;
  expect(retries(it.events)).toEqual([expect.stringContaining("connection")]);
  expect(await values(it.p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2, 3]);
  expect(await query(it.p, "SELECT load_id FROM _dlt_loads")).toHaveLength(2);
});

test("a lock that somebody holds for a moment is waited for", async () => {
  let tell = (): void => {};
  const told = new Promise<void>((resolve) => (tell = resolve));
  const it = await world();
  const impatient = pipeline({
    name: "shop",
    destination: postgres({ connectionString: it.database.url, lockTimeout: "100ms" }),
    datasetName: "data",
    pipelinesDir: join(it.p.workingDir, ".."),
    progress: "none",
    onEvent: (event) => (event.type === "warning" ? tell() : undefined),
  });
  const letGo = await holdItems(it);
  const run = impatient.run(resource("items", [{ id: 2 }]));
  await told;
  await letGo();
  await run;
  expect(await values(it.p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2]);
});

test("a row that a constraint refuses is not tried again; its job is told with the reason", async () => {
  const it = await world();
  await it.database.query("ALTER TABLE data.items ADD CHECK (id < 100)");
  const error = await failure(() => it.p.run(resource("items", [{ id: 100 }])));
  expect(error).toMatchObject({ code: "load-job-failed", retryable: false });
  expect(retries(it.events)).toEqual([]);
  const [job] = (await it.p.listPackages()).flatMap(({ jobs }) => jobs.filter(({ state }) => state === "failed"));
  expect(job).toMatchObject({ table: "items", failedMessage: expect.stringContaining("check constraint"), retries: 0 });
  await it.database.query("ALTER TABLE data.items DROP CONSTRAINT items_id_check");
  await it.p.run();
  expect(await values(it.p, "SELECT id FROM items ORDER BY id")).toEqual([1, 100]);
});

test("a load that meets another session in a deadlock is tried again, and the rows are there once", async () => {
  const it = await world();
  await it.p.run(resource("items", { writeDisposition: "replace" }, [{ id: 1 }]));
  await it.database.query("CREATE TABLE data.other (id int)");
  const other = await connectTo(locationOf(it.database.url));
  // It waits for us without looking for a deadlock: so it is ours that ends.
  await other.script(["SET deadlock_timeout = '1h'", "BEGIN", "LOCK TABLE data.other IN ACCESS EXCLUSIVE MODE"]);
  await it.database.query(`
    CREATE FUNCTION data.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM data.other; RETURN NEW; END $$;
    CREATE TRIGGER wait BEFORE INSERT ON data.items FOR EACH ROW EXECUTE FUNCTION data.wait()`);
  const run = it.p.run(resource("items", { writeDisposition: "replace" }, [{ id: 2 }]));
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  await expect.poll(() => it.database.query(waiting), { timeout: 20_000, interval: 20 }).toHaveLength(1);
  const blocked = other.query("SELECT * FROM data.items FOR UPDATE").catch(() => undefined);
  await expect.poll(() => retries(it.events), { timeout: 20_000 }).toHaveLength(1);
  await blocked;
  await other.script(["COMMIT"]);
  await run;
  expect(retries(it.events)[0]).toContain("deadlock detected");
  expect(await values(it.p, "SELECT id FROM items ORDER BY id")).toEqual([2]);
  expect(await query(it.p, "SELECT load_id FROM _dlt_loads")).toHaveLength(3);
});

test.each(["40001", "40P01", "40003", "55P03", "57P01", "53300"])(
  "a load that the server takes back with %s is tried again, and one with 40002 is not",
  async (code) => {
    const it = await world();
    // A sequence keeps count whatever becomes of the transaction.
    await it.database.query(`
    CREATE SEQUENCE data.times;
    CREATE FUNCTION data.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE times int := nextval('data.times');
      BEGIN
        IF times = 1 THEN RAISE EXCEPTION 'taken back' USING ERRCODE = '${code}'; END IF;
        IF times = 3 THEN RAISE EXCEPTION 'refused' USING ERRCODE = '40002'; END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON data.items FOR EACH ROW EXECUTE FUNCTION data.refuse()`);
    await it.p.run(resource("items", [{ id: 2 }]));
    expect(retries(it.events)).toEqual([expect.stringContaining("taken back")]);
    it.events.length = 0;
    expect(await failure(() => it.p.run(resource("items", [{ id: 3 }])))).toMatchObject({ code: "load-job-failed", retryable: false });
    expect(retries(it.events)).toEqual([]);
    expect(await values(it.p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2]);
  },
);
