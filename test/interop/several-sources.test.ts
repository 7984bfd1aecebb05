import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { leatPipeline, loadWithLeat, makeSource } from "./leat.ts";
import { type Case, datasetName, type Place, type Run } from "./plan.ts";
import { databaseKinds, postgresDatabases } from "./postgres-databases.ts";
import { type DltReport, loadWithDlt } from "./python.ts";
import { makePlace, newFolder } from "./side-by-side.ts";
import { readSnapshot } from "./snapshot.ts";
import { openTextDatabase } from "./text-database.ts";

const sourceB: Run = { source: "src_b", resources: [{ name: "tb", rows: [{ y: 1 }], state: { b: 2 } }] };
const both: Run = { source: "src_a", resources: [{ name: "ta", rows: [{ x: 1 }], state: { a: 1 } }], besides: [sourceB] };
const restores: Case = { name: "restores", runs: [] };

describe.each(databaseKinds)("on %s", (kind) => {
  const folder = newFolder();
  const newDatabase = postgresDatabases();
  let machines = 0;
  const clean = (database: string): Place => ({ pipelinesDir: join(folder, `clean-${machines++}`), database });
  const machine = async (): Promise<Place> => {
    const place = makePlace(join(folder, `machine-${machines++}`));
    return kind === "postgres" ? { ...place, database: await newDatabase() } : place;
  };
  const withDlt = async (one: Case, place: Place): Promise<DltReport> => {
    const [report] = await loadWithDlt([{ case: one, place }], folder);
    expect(report!.error).toBeNull();
    return report!;
  };

  describe("several sources in one run of leat", () => {
    let place: Place;
    let restored: DltReport;
    beforeAll(async () => {
      place = await machine();
      await loadWithLeat({ name: "both", runs: [both] }, place);
      restored = await withDlt(restores, clean(place.database));
    }, 120_000);

    test("S18 are restored by dlt with all schemas and all state, the first source being the default", () => {
      expect(restored.schemas).toEqual(["src_a", "src_b"]);
      expect(restored.values).toEqual({ "src_a.resources.ta.a": "1", "src_b.resources.tb.b": "2" });
      expect(JSON.parse(restored.state!)).toMatchObject({
        default_schema_name: "src_a",
        schema_names: ["src_a", "src_b"],
        _state_engine_version: 4,
      });
      expect(restored.hashes).toEqual([leatPipeline(place).state._version_hash, leatPipeline(place).state._version_hash]);
    });

    test("S20 are gone on from by dlt on a clean machine, and then by leat on another", async () => {
      await withDlt({ name: "dlt goes on", runs: [both] }, clean(place.database));
      const last = clean(place.database);
      await loadWithLeat({ name: "leat goes on", runs: [both] }, last);
      const { rowCounts, wrongIds, schemas } = await readSnapshot(place.database);
      expect(rowCounts).toMatchObject({ ta: 3, tb: 3 });
      expect(Object.keys(schemas).sort()).toEqual(["src_a", "src_b"]);
      expect(wrongIds).toEqual([]);
      const report = await withDlt(restores, clean(place.database));
      expect(report.values).toEqual(restored.values);
      expect(report.hashes[0]).toBe(leatPipeline(last).state._version_hash);
    });
  });

  test("S18 several sources in one run of dlt are restored by leat with all schemas and all state", async () => {
    const place = await machine();
    const written = await withDlt({ name: "both", runs: [both] }, place);
    const own = clean(place.database);
    await loadWithLeat(restores, own);
    const restored = leatPipeline(own);
    expect(Object.keys(restored.schemas)).toEqual(["src_a", "src_b"]);
    expect(restored.state).toMatchObject({
      default_schema_name: "src_a",
      schema_names: ["src_a", "src_b"],
      _version_hash: written.hashes[0],
    });
    expect(restored.state.sources).toEqual({ src_a: { resources: { ta: { a: 1 } } }, src_b: { resources: { tb: { b: 2 } } } });
    expect(restored.firstRun).toBe(false);
  });

  test("State: what leat merged from two machines dlt restores whole, with a hash that is right", async () => {
    const place = await machine();
    const runOf = (name: string): Run => ({ source: "shop", resources: [{ name, rows: [{ id: 1 }], countsRuns: true }] });
    const [first, second] = [leatPipeline(clean(place.database)), leatPipeline(clean(place.database))];
    for (const [one, name] of [
      [first, "orders"],
      [second, "users"],
    ] as const) {
      await one.extract(makeSource(runOf(name)));
      await one.normalize();
    }
    await second.load();
    await first.load();

    const report = await withDlt(restores, clean(place.database));
    expect(report.values).toEqual({ "shop.resources.orders.runs": "1", "shop.resources.users.runs": "1" });
    expect(report.hashes).toEqual([first.state._version_hash, first.state._version_hash]);

    await withDlt({ name: "dlt goes on", runs: [runOf("orders")] }, clean(place.database));
    await second.run(makeSource(runOf("users")));
    const last = await withDlt(restores, clean(place.database));
    expect(last.values).toEqual({ "shop.resources.orders.runs": "2", "shop.resources.users.runs": "2" });
    expect(new Set(last.hashes).size).toBe(1);
    const { rowCounts } = await readSnapshot(place.database);
    expect(rowCounts).toMatchObject({ orders: 2, users: 2 });
  });

  test("S19 neither tool takes the state of a pipeline of another name or of another dataset", async () => {
    const place = await machine();
    await loadWithLeat({ name: "written", runs: [both] }, place);
    const other = await openTextDatabase(place.database);
    const names = await other.query(`SELECT DISTINCT pipeline_name FROM ${datasetName}._dlt_pipeline_state`).finally(() => other.close());
    expect(names).toEqual([{ pipeline_name: "interop" }]);
    for (const about of [{ pipeline: "another" }, { dataset: "elsewhere" }]) {
      const [report] = await loadWithDlt([{ case: restores, place: clean(place.database), ...about }], folder);
      expect(report).toMatchObject({ error: null, values: {}, schemas: [] });
      const own = leatPipeline(clean(place.database), about);
      await own.sync();
      expect(own.state.sources).toBeUndefined();
      expect(own.firstRun).toBe(true);
    }
  });
});
