import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Pipeline, pipeline } from "../../src/index.ts";
import { type TestDatabase, testDestinations } from "../destinations.ts";
import { tables, values } from "../e2e/local-pipeline.ts";
import { tempDir } from "../temp-dir.ts";

const names = Array.from({ length: 8 }, (_, index) => `part_${index}`);
const runs = 3;

test("State: eight processes that each run one resource of one source at once end with all slots, all tables and all rows", async () => {
  const database = await testDestinations.find(({ name }) => name === "postgres")!.create();
  const dir = tempDir();
  const children = await Promise.all(names.map((resource) => start(database, join(dir, resource), resource)));
  await Promise.all(children.map(finish));

  // On a machine that never ran it.
  const restored = pipelineIn(database, join(dir, "restored"));
  await restored.sync();
  const { resources, ...shared } = restored.state.sources!["parts"]!;
  expect(resources).toEqual(Object.fromEntries(names.map((name) => [name, { runs }])));
  expect(shared).toEqual(Object.fromEntries(names.map((name) => [`seen_${name}`, runs])));
  const all = names.flatMap((name) => [name, `${name}__lines`]).sort();
  expect(dataTables(restored)).toEqual(all);
  expect(await tables(restored)).toEqual(all);
  for (const name of names) expect(await values(restored, `SELECT run FROM ${name} ORDER BY run`)).toEqual([1, 2, 3]);
  expect(await values(restored, "SELECT DISTINCT status FROM _dlt_loads")).toEqual([0]);
  // Every state that was stored has its load record, and the versions of the state rise with the load ids.
  const versions = "SELECT s.version FROM _dlt_pipeline_state s JOIN _dlt_loads l ON l.load_id = s._dlt_load_id ORDER BY l.load_id";
  const stored = await values(restored, versions);
  expect(stored).toHaveLength(names.length * runs);
  expect(stored).toEqual([...stored].sort((a, b) => Number(a) - Number(b)));
});

async function start({ url }: TestDatabase, pipelinesDir: string, resource: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("one-of-eight.mjs", import.meta.url));
  const argument = JSON.stringify({ url, pipelinesDir, resource, runs });
  const child = spawn(process.execPath, [script, argument], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout!, "data");
  return child;
}

async function finish(child: ChildProcess): Promise<void> {
  child.stdin!.write("go\n");
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(0);
}

function pipelineIn(database: TestDatabase, pipelinesDir: string): Pipeline {
  return pipeline({
    name: "eight",
    destination: database.destination(),
    datasetName: "shared",
    pipelinesDir,
    progress: "none",
  }) as Pipeline;
}

function dataTables(p: Pipeline): string[] {
  return Object.keys(p.defaultSchema?.tables ?? {})
    .filter((name) => !name.startsWith("_dlt"))
    .sort();
}
