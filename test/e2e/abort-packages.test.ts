import { join } from "node:path";
import { expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Pipeline, pipeline, type Resource, type ResourceContext, resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure } from "./local-pipeline.ts";

const newPipeline = (): Pipeline => {
  const dir = tempDir();
  return pipeline({ name: "aborting", destination: duckdb(join(dir, "a.duckdb")), pipelinesDir: dir, progress: "none" });
};

const counter = (next: number): Resource<"counter", { id: number }> =>
  resource("counter", async function* ({ state }: ResourceContext<{ last?: number }>) {
    state.last = next;
    yield { id: next };
  });

const loadedIds = async (p: Pipeline): Promise<number[]> => {
  await using client = p.sqlClient();
  return (await client.query<{ id: number }>("SELECT id FROM counter ORDER BY id")).map((row) => row.id);
};

test("discards what is pending and rewinds the state, so that the next run extracts it again", async () => {
  const p = newPipeline();
  await p.run(counter(1));
  const before = p.state;
  await p.extract(counter(2));
  await p.normalize();
  await p.extract(counter(3));
  const planned = await p.abortPackages({ dryRun: true });
  expect(planned.loadIds).toHaveLength(2);
  expect(p.hasPendingData).toBe(true);

  // Passed over, it would give up all where some were meant.
  const withMore: object = { from: "1.0" };
  expect(await failure(() => p.abortPackages(withMore))).toMatchObject({ code: "config" });
  expect(await p.abortPackages()).toEqual(planned);

  expect(p.hasPendingData).toBe(false);
  expect(p.state).toEqual(before);
  await p.run(counter(2));
  expect(await loadedIds(p)).toEqual([1, 2]);
});

test("keeps a normalized package among the finished ones, marked as aborted", async () => {
  const p = newPipeline();
  await p.extract(counter(1));
  await p.normalize();
  await p.abortPackages();
  expect((await p.listPackages()).map((one) => one.state)).toEqual(["aborted"]);
  expect(p.firstRun).toBe(true);
});
