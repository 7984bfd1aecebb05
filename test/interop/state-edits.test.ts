import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Decimal } from "decimal.js";
import { expect, test } from "vitest";
import { parseTyped } from "../../src/core/json.ts";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { pipeline, resource, Timestamp } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

const script = fileURLToPath(new URL("./edit_state_with_dlt.py", import.meta.url));

test("State: dlt restores what leat edited and rolled back, and leat sees what dlt edited", { timeout: 300_000 }, async () => {
  const dir = tempDir();
  const database = join(dir, "shop.duckdb");
  const p = pipeline({
    name: "shop",
    destination: duckdb(database),
    datasetName: "data",
    pipelinesDir: join(dir, "leat"),
    progress: "none",
  });
  /** What dlt reads on a machine of its own. */
  const withDlt = async (machine: string, note?: string): Promise<unknown> => {
    const plan = { pipeline: "shop", database, dataset: "data", pipelines_dir: join(dir, machine), note };
    return parseTyped((await runPython(script, JSON.stringify(plan), dir)).trim());
  };
  const rows = resource("rows", function* ({ state }) {
    state["at"] = Timestamp.from("2026-01-02T03:04:05.123456Z");
    yield { id: 1 };
  });
  const { loadIds } = await p.run(rows);

  await p.editState((state) => void (state.sources!["shop"]!["price"] = new Decimal("2.5")));
  expect(await withDlt("one")).toEqual(p.state.sources);

  await withDlt("one", "from dlt");
  await p.sync();
  expect(p.state.sources).toMatchObject({ shop: { note: "from dlt", price: new Decimal("2.5") } });
  expect((await p.stateHistory()).map(({ version }) => version)).toEqual([3, 2, 1]);

  await p.rollbackState(loadIds[0]!);
  for (const machine of ["one", "two"])
    expect(await withDlt(machine)).toEqual({ shop: { resources: { rows: p.state.sources!["shop"]!.resources!["rows"] } } });
});
