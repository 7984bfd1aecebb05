import assert from "node:assert/strict";
import { resource } from "../../extract/resource.ts";
import { decodeStateBlob } from "../../state/blob.ts";
import { all, type ConformanceCase, needsRecords, needsRows } from "./conformance-case.ts";
import { counting } from "./counting.ts";

/** What is kept beside the rows. */
export const stateCases: readonly ConformanceCase[] = [
  {
    name: "state > the newest one is read back as it was stored, the earlier ones behind it",
    skip: needsRecords,
    async run(world) {
      const p = world.pipeline();
      for (const runs of [1, 2, 3]) await p.run(counting(runs));
      await world.session(async (session) => {
        const stored = await session.readState("conformance");
        const { _state_version: version, _version_hash: hash } = p.state;
        assert.deepEqual([stored?.version, stored?.versionHash, stored?.pipelineName], [version, hash, "conformance"]);
        assert.deepEqual(decodeStateBlob(stored!.blob).sources, p.state.sources);
        const all = await session.readStates("conformance");
        assert.deepEqual(
          all.map((each) => each.version),
          [version, version - 1, version - 2],
        );
        assert.equal(await session.readState("somebody_else"), undefined);
      });
    },
  },
  {
    name: "state > goes on on a machine that has only the destination",
    skip: all(needsRows, needsRecords),
    async run(world) {
      const visits = resource("visits", function* ({ state }) {
        state["next"] = Number(state["next"] ?? 0) + 1;
        yield { id: state["next"] };
      });
      for (const machine of ["one", "two", "three"]) await world.pipeline({ machine }).run(visits);
      assert.deepEqual(await world.ids("visits"), [1, 2, 3]);
    },
  },
  {
    name: "state > what is kept beside it, since it would be too large, comes with it to another machine",
    skip: all(needsRows, needsRecords, ({ capabilities }) =>
      capabilities.keyedState === true ? undefined : "all is in the state itself (capability `keyedState`)",
    ),
    async run(world) {
      const rows = Array.from({ length: 6000 }, (_, id) => ({ id, at: "2024-01-01T00:00:00Z" }));
      const events = (count: number) => resource("events", { incremental: { cursorPath: "at" } }, rows.slice(0, count));
      for (const [index, machine] of ["one", "one", "two"].entries()) await world.pipeline({ machine }).run(events(5998 + index));
      assert.deepEqual(
        await world.ids("events"),
        rows.map(({ id }) => id),
      );
    },
  },
  {
    name: "state > so many versions stay as are asked for",
    skip: needsRecords,
    async run(world) {
      const p = world.pipeline({ state: { keepVersions: 2 } });
      for (const runs of [1, 2, 3, 4]) await p.run(counting(runs));
      await world.session(async (session) => {
        const versions = (await session.readStates("conformance")).map(({ version }) => version);
        assert.deepEqual(versions, [p.state._state_version, p.state._state_version - 1]);
      });
    },
  },
  {
    name: "state > the schema is read back as it was stored last",
    skip: needsRecords,
    async run(world) {
      const p = world.pipeline();
      await p.run([{ id: 1 }], { tableName: "events" });
      await p.run([{ id: 2, name: "x" }], { tableName: "events" });
      const schema = p.defaultSchema!;
      await world.session(async (session) => {
        const stored = await session.readSchema(schema.name);
        assert.deepEqual([stored?.versionHash, stored?.version], [schema.version_hash, schema.version]);
        assert.deepEqual(Object.keys(JSON.parse(stored!.json).tables.events.columns), Object.keys(schema.tables["events"]!.columns));
        assert.equal(await session.readSchema("somebody_else"), undefined);
      });
    },
  },
];
