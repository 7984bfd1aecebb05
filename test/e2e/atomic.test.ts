import { describe, expect, test } from "vitest";
import type { DestinationContract } from "../../src/destination-kit/contract.ts";
import { type PipelineEvent, type PipelineOptions, pipeline, resource } from "../../src/index.ts";
import { type TestDatabase, testDestinations } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";
import { failure } from "./local-pipeline.ts";

function world(database: TestDatabase, dir = tempDir()) {
  return (options: PipelineOptions = {}) =>
    pipeline({
      name: "shop",
      destination: database.destination(),
      datasetName: "data",
      pipelinesDir: dir,
      progress: "none",
      atomic: false,
      load: { maxRetries: 0 },
      ...options,
    });
}

// The file is called `data`, as the dataset.
const table = ({ kind }: TestDatabase, name: string): string => `${{ duckdb: "data.data.", postgres: "data.", sqlite: "" }[kind]}${name}`;

/** The ids in a table, in order. */
async function ids(database: TestDatabase, name: string): Promise<unknown[]> {
  return (await database.query<{ id: unknown }>(`SELECT id FROM ${table(database, name)} ORDER BY id`)).map(({ id }) => Number(id));
}

async function loads(database: TestDatabase): Promise<unknown[]> {
  return (await database.query<{ status: unknown }>(`SELECT status FROM ${table(database, "_dlt_loads")} ORDER BY load_id`)).map(
    ({ status }) => Number(status),
  );
}

/** A row of `b` that no destination takes. */
const spoiled = (destination: DestinationContract): DestinationContract => ({
  ...destination,
  async open(context) {
    const session = await destination.open(context);
    const commit = session.commitPackage.bind(session);
    const broken = (plan: Parameters<typeof commit>[0]): typeof plan => ({
      ...plan,
      jobs: plan.jobs.map((job) => (job.table === "b" ? { ...job, path: `${job.path}.missing` } : job)),
    });
    session.commitPackage = (plan, observe) =>
      commit({ ...broken(plan), ...(plan.reconcile && { reconcile: (heads) => broken(plan.reconcile!(heads)) }) }, observe);
    return session;
  },
});

const rows = (from: number) => [
  resource("a", [{ id: from, tags: [{ id: from * 10 }] }]),
  resource("b", { writeDisposition: "merge", primaryKey: "id" }, [{ id: from }]),
  resource("c", { writeDisposition: "replace" }, [{ id: from }]),
];

for (const { name, create } of testDestinations)
  describe(`atomic: false on ${name}`, () => {
    test("gives the same tables, one load record and one state per package", async () => {
      const database = await create();
      const open = world(database);
      const events: PipelineEvent[] = [];
      await open().run(rows(1));
      const info = await open({ onEvent: (event) => void events.push(event) }).run(rows(2));
      const found = await Promise.all(["a", "a__tags", "b", "c"].map((each) => ids(database, each)));
      expect(found).toEqual([[1, 2], [10, 20], [1, 2], [2]]);
      expect(await loads(database)).toEqual([0, 0]);
      expect(info.packages[0]!.jobs.every(({ state }) => state === "completed")).toBe(true);
      expect(events.filter(({ type }) => type === "job-completed")).toHaveLength(info.packages[0]!.jobs.length);
    });

    test("when a table fails the others are there, the package does not count, and the next run loads what is missing", async () => {
      const database = await create();
      const open = world(database);
      await open().run(rows(1));
      const failing = open({ destination: spoiled(database.destination() as DestinationContract) });
      const error = await failure(() => failing.run(rows(2)));
      expect(error).toMatchObject({ code: "load-job-failed", job: { table: "b" }, message: expect.stringContaining("does not count yet") });
      expect(await ids(database, "b")).toEqual([1]);
      expect((await loads(database)).filter((status) => status === 0)).toEqual([0]);
      for (let time = 0; time < 2; time += 1)
        await failure(() => open({ destination: spoiled(database.destination() as DestinationContract) }).run());
      await open().run();
      const found = await Promise.all(["a", "a__tags", "b", "c"].map((each) => ids(database, each)));
      expect(found).toEqual([[1, 2], [10, 20], [1, 2], [2]]);
      expect(await loads(database)).toEqual([0, 0]);
    });

    test("several pipelines load into the same tables at once", async () => {
      const database = await create();
      const names = ["one", "two", "three"];
      const infos = await Promise.all(
        names.map((own) =>
          world(database)({ name: own, load: { maxRetries: 8 } }).run([
            resource("log", [{ id: names.indexOf(own) }]),
            resource(
              "people",
              { writeDisposition: "merge", primaryKey: "id" },
              [1, 2, 3].map((id) => ({ id, by: own })),
            ),
            resource(`of_${own}`, [{ id: 1 }]),
          ]),
        ),
      );
      expect(infos.every(({ hasFailedJobs }) => !hasFailedJobs)).toBe(true);
      expect([await ids(database, "log"), await ids(database, "people")]).toEqual([
        [0, 1, 2],
        [1, 2, 3],
      ]);
      expect(await loads(database)).toEqual([0, 0, 0]);
    });

    test("tables that are dropped and emptied at the begin of a run are so once", async () => {
      const database = await create();
      const open = world(database);
      await open().run(rows(1));
      const failing = open({ destination: spoiled(database.destination() as DestinationContract) });
      await failure(() => failing.run(rows(2), { refresh: "drop_sources" }));
      await open().run();
      const found = await Promise.all(["a", "a__tags", "b", "c"].map((each) => ids(database, each)));
      expect(found).toEqual([[2], [20], [2], [2]]);
    });
  });

test("`load.workers` counts tables then, and has nothing to count in one transaction", async () => {
  const [first] = testDestinations;
  const open = world(await first!.create());
  await open({ load: { workers: 2 } }).run(rows(1));
  expect(await failure(() => open({ atomic: true, load: { workers: 2 } }).run(rows(2)))).toMatchObject({
    code: "config",
    message: expect.stringContaining("atomic: false"),
  });
});
