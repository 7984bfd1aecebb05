import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { PackagePlan } from "../../destination-kit/contract.ts";
import { resource } from "../../extract/resource.ts";
import { all, type ConformanceCase, needsRecords, needsRows, needsTransaction } from "./conformance-case.ts";
import { counting } from "./counting.ts";
import { type ConformanceWorld, type Instead, thrownBy } from "./world.ts";

/** How a package comes to count. */
export const commitCases: readonly ConformanceCase[] = [
  {
    name: "commit > a package that is in has a load record",
    skip: needsRecords,
    async run(world) {
      const { loadIds } = await world.pipeline().run([{ id: 1 }], { tableName: "events" });
      await world.session(async (session) => {
        assert.equal(await session.datasetExists(), true);
        assert.equal(await session.hasLoad(loadIds[0]!), true, "of the package");
        assert.equal(await session.hasLoad("1700000000.000000"), false, "of no package");
      });
    },
  },
  {
    name: "commit > tells the tables and columns that it made, and no others",
    skip: needsRecords,
    async run(world) {
      const p = world.pipeline();
      await p.run([{ id: 1 }], { tableName: "events" });
      const { packages } = await p.run([{ id: 2, name: "x" }], { tableName: "events" });
      const update = packages[0]!.schemaUpdate;
      assert.deepEqual(Object.keys(update), ["events"]);
      assert.deepEqual(Object.keys(update["events"]!.columns), ["name"]);
      await world.session(async (session) => {
        const found = (await session.columnsOf(["events", "nothing"])).get("events") ?? [];
        assert.deepEqual(
          ["id", "name"].filter((name) => !found.includes(name)),
          [],
        );
        assert.equal((await session.columnsOf(["nothing"])).size, 0);
        assert.ok((await session.tableNames()).includes("events"));
      });
    },
  },
  {
    name: "commit > tells of each job once, as begun and as done",
    async run(world) {
      const told: string[] = [];
      const p = watched(world, async (commit, plan, observe) => {
        const watch = (what: "started" | "completed") => (job: PackagePlan["jobs"][number]) => {
          told.push(`${what} ${job.jobId}`);
          observe?.[what](job);
        };
        const result = await commit(plan, { ...observe, started: watch("started"), completed: watch("completed") });
        assert.deepEqual(told.toSorted(), plan.jobs.flatMap(({ jobId }) => [`completed ${jobId}`, `started ${jobId}`]).toSorted());
        return result;
      });
      await p.run([resource("a", [{ id: 1 }]), resource("b", [{ id: 1 }])]);
      assert.ok(told.length >= 4, "two tables have two jobs");
    },
  },
  {
    name: "commit > a package that may be in is not stored twice",
    skip: all(needsRows, needsRecords),
    async run(world) {
      const p = watched(world, async (commit, plan, observe) => {
        await commit(plan, observe);
        return await commit({ ...plan, mayBeCommitted: true }, observe);
      });
      await p.run([{ id: 1 }, { id: 2 }], { tableName: "events" });
      assert.deepEqual(await world.ids("events"), [1, 2]);
    },
  },
  {
    name: "commit > a package whose commit was not answered is only moved by the next run",
    skip: all(needsRows, needsRecords),
    async run(world) {
      const lost = new Error("The connection was cut.");
      const p = watched(world, async (commit, plan, observe) => {
        await commit(plan, observe);
        throw lost;
      });
      await thrownBy(() => p.run([{ id: 1 }], { tableName: "events" }), "a run whose commit was not answered");
      await world.pipeline().run();
      assert.deepEqual(await world.ids("events"), [1]);
    },
  },
  {
    name: "commit > a file that cannot be read fails its job, which the error names, and the package does not count",
    skip: needsRecords,
    async run(world) {
      const p = world.pipeline();
      await p.extract([resource("broken", [{ id: 1 }])]);
      await p.normalize();
      const [loadId] = (await p.listPackages()).map((each) => each.loadId);
      const spoiling = watched(world, (commit, plan, observe) => {
        const job = plan.jobs.find(({ table }) => table === "broken")!;
        writeFileSync(job.path, Buffer.from("\u0000\u0001 this is no file of rows {{{\n'\"\n"));
        return commit(plan, observe);
      });
      const error = await thrownBy(() => spoiling.load(), "loading a file that was spoiled");
      assert.equal(error.code, "load-job-failed");
      assert.equal((error as unknown as { readonly job: { readonly table: string } }).job.table, "broken");
      await world.session(async (session) => assert.equal(await session.hasLoad(loadId!), false, "the package counts"));
    },
  },
  {
    name: "commit > nothing of a package that was given up in the middle is visible, and it can be loaded afterwards",
    skip: all(needsRows, needsRecords, needsTransaction),
    async run(world) {
      const p = world.pipeline();
      await p.run([resource("events", [{ id: 1 }]), resource("days", { writeDisposition: "replace" }, [{ id: 1 }])]);
      const failing = watched(world, (commit, plan, observe) => {
        let left = plan.jobs.length;
        const completed = (job: PackagePlan["jobs"][number]): void => {
          left -= 1;
          if (left === 0) throw new Error("Given up, with all rows in the transaction.");
          observe?.completed(job);
        };
        return commit(plan, { started: () => {}, ...observe, completed });
      });
      const next = [
        resource("events", [{ id: 2, note: "new" }]),
        resource("days", { writeDisposition: "replace" }, [{ id: 2 }]),
        resource("fresh", [{ id: 2 }]),
      ];
      await thrownBy(() => failing.run(next), "a commit whose observer throws");
      const seen = async () => [await world.ids("events"), await world.ids("days"), await world.ids("fresh")];
      assert.deepEqual(await seen(), [[1], [1], []], "after it was given up");
      await world.session(async (session) => {
        assert.equal((await session.columnsOf(["fresh"])).size, 0, "a table was left behind");
        assert.ok(!(await session.columnsOf(["events"])).get("events")!.includes("note"), "a column was left behind");
      });
      await world.pipeline().run();
      assert.deepEqual(await seen(), [[1, 2], [2], [2]], "after the next run");
    },
  },
  {
    name: "commit > who reads while a table is replaced sees the old rows or the new ones",
    skip: all(needsRows, needsRecords, needsTransaction),
    async run(world) {
      const p = world.pipeline();
      const days = (...ids: readonly number[]) =>
        resource(
          "days",
          { writeDisposition: "replace" },
          ids.map((id) => ({ id })),
        );
      await p.run(days(1, 2));
      const seen = new Set<string>();
      let isReplaced = false;
      const replace = async (): Promise<void> => {
        try {
          await p.run(days(3, 4));
        } finally {
          isReplaced = true;
        }
      };
      const read = async (): Promise<void> => {
        while (!isReplaced) {
          seen.add((await world.ids("days")).join());
          // A driver that never waits would leave no time for the other side.
          await sleep(1);
        }
      };
      await Promise.all([replace(), read()]);
      assert.deepEqual(
        [...seen].filter((ids) => ids !== "1,2" && ids !== "3,4"),
        [],
        "ids that were seen",
      );
    },
  },
  {
    name: "commit > a job that was stored stays done: the next attempt loads the others",
    skip: all(needsRows, needsRecords, ({ capabilities }) =>
      capabilities.commit === "record" ? undefined : "a package is one transaction",
    ),
    async run(world) {
      const failing = watched(world, (commit, plan, observe) => {
        const completed = (job: PackagePlan["jobs"][number]): void => {
          observe?.completed(job);
          if (job.table === "b") throw new Error("Given up after a job.");
        };
        return commit(plan, { started: () => {}, ...observe, completed });
      });
      const error = await thrownBy(
        () => failing.run(["a", "b", "c"].map((name) => resource(name, [{ id: 1 }]))),
        "a commit whose observer throws",
      );
      assert.ok(error.message.length > 0);
      await world.pipeline().run();
      for (const name of ["a", "b", "c"]) assert.deepEqual(await world.ids(name), [1], `the rows of \`${name}\``);
    },
  },
  {
    name: "commit > a job that is loaded again, since nobody knows that it was, is stored once",
    skip: all(needsRows, needsRecords, ({ capabilities }) =>
      capabilities.commit === "record" ? undefined : "a package is one transaction",
    ),
    async run(world) {
      const failing = watched(world, (commit, plan, observe) => {
        const completed = (): void => {
          throw new Error("Killed before it was noted.");
        };
        return commit(plan, { started: () => {}, ...observe, completed });
      });
      await thrownBy(() => failing.run([{ id: 1 }, { id: 2 }], { tableName: "events" }), "a commit whose observer throws");
      await world.pipeline().run();
      assert.deepEqual(await world.ids("events"), [1, 2]);
    },
  },
  {
    name: "commit > asks what is stored, and stores the plan that it gets for that",
    skip: needsRecords,
    async run(world) {
      const heads: [state: number | undefined, schema: string | undefined][] = [];
      const listening: Instead = (commit, plan, observe) =>
        commit(
          {
            ...plan,
            reconcile: (stored) => {
              heads.push([stored.state?.version, stored.schema?.versionHash]);
              return plan.reconcile?.(stored) ?? plan;
            },
          },
          observe,
        );
      const p = watched(world, listening);
      await p.run(counting(1));
      const { version_hash: hash } = p.defaultSchema!;
      const { _state_version: version } = p.state;
      await p.run(counting(2));
      assert.deepEqual(heads, [
        [undefined, undefined],
        [version, hash],
      ]);
    },
  },
  {
    name: "commit > tables are dropped, and a missing one is passed over",
    skip: all(needsRows, needsRecords),
    async run(world) {
      const p = world.pipeline();
      await p.run([resource("kept", [{ id: 1 }]), resource("dropped", [{ id: 1 }])]);
      await p.drop("dropped");
      assert.deepEqual([await world.ids("kept"), await world.ids("dropped")], [[1], []]);
      await p.run(resource("dropped", [{ id: 2 }]));
      assert.deepEqual(await world.ids("dropped"), [2]);
    },
  },
  {
    name: "commit > two pipelines load into one dataset at the same moment",
    skip: all(needsRows, needsRecords),
    async run(world) {
      const names = ["first", "second"];
      const infos = await Promise.all(
        names.map((name) =>
          world
            .pipeline({ name, machine: name, load: { maxRetries: 8 } })
            .run([resource("shared", [{ id: names.indexOf(name) }]), resource(`own_${name}`, [{ id: 1 }])]),
        ),
      );
      assert.deepEqual(await world.ids("shared"), [0, 1]);
      await world.session(async (session) => {
        for (const { loadIds } of infos) assert.equal(await session.hasLoad(loadIds[0]!), true);
      });
    },
  },
];

/** A pipeline whose commits go another way. */
function watched(world: ConformanceWorld, instead: Instead) {
  return world.pipeline({ destination: world.instead(instead) });
}
