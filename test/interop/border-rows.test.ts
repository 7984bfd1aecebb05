import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Pipeline, resource } from "../../src/index.ts";
import { machine, query } from "../e2e/local-pipeline.ts";
import { runPython } from "./python.ts";

const script = fileURLToPath(new URL("border_with_dlt.py", import.meta.url));

interface Rows {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

test("dlt goes on from a cursor whose rows at the border lie beside the data, and leat from what dlt left", {
  timeout: 120_000,
}, async () => {
  const m = machine();
  const open = (): Pipeline => m.pipeline({ datasetName: "shop_data", state: { maxBorderHashes: 10 } });
  const leat = async ({ from, to, at }: Rows): Promise<void> => {
    const rows = Array.from({ length: to - from + 1 }, (_, index) => ({ id: from + index, at }));
    await open().run(resource("items", { incremental: { cursorPath: "at" } }, [rows]));
  };
  const dlt = async (...runs: readonly Rows[]): Promise<Record<string, unknown>[]> => {
    const plan = { runs, database: m.databasePath, pipelines_dir: join(m.dir, "dlt") };
    return JSON.parse(await runPython(script, JSON.stringify(plan), m.dir)) as Record<string, unknown>[];
  };
  const times = async (): Promise<unknown> =>
    (await query(open(), 'SELECT "at", count(*) AS n, count(DISTINCT id) AS ids FROM items GROUP BY 1 ORDER BY 1')).map(Object.values);

  await leat({ from: 1, to: 30, at: 1 });
  // dlt sees no hashes: what leat has loaded at this value comes again, and stays known to leat.
  const [same] = await dlt({ from: 25, to: 32, at: 1 });
  expect(same).toMatchObject({ last_value: 1, leat_border: { rows: 30 } });
  expect(same!["unique_hashes"]).toHaveLength(8);
  expect(await times()).toEqual([[1, 38, 32]]);
  await leat({ from: 1, to: 33, at: 1 });
  expect(await times()).toEqual([[1, 39, 33]]);

  // dlt moves the cursor: the chunks count for nothing, whatever they say, and the next package of leat's that changes the state takes them away.
  const [moved] = await dlt({ from: 1, to: 5, at: 2 });
  expect(moved).toMatchObject({ last_value: 2, leat_border: { last_value: 1 } });
  await leat({ from: 1, to: 20, at: 2 });
  await leat({ from: 1, to: 21, at: 2 });
  expect(await times()).toEqual([
    [1, 39, 33],
    [2, 21, 21],
  ]);
});
