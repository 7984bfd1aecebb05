import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { resource } from "../../src/index.ts";
import { typedDestinations } from "../destinations.ts";
import { datasetWorld } from "./dataset-world.ts";

const rowCount = 300_000;
const rowBytes = 1024;

describe.each(typedDestinations)("a large table, on $name", (destination) => {
  test("is read in batches and row by row in a fraction of its size, and may be left at once", { timeout: 120_000 }, async () => {
    const world = await datasetWorld(destination);
    const p = world.pipeline();
    await p.run(resource("large", [{ id: 0, text: "" }]));
    {
      await using sql = p.sqlClient();
      await sql.execute(
        `insert into large (id, text, _dlt_load_id, _dlt_id) ` +
          `select i, repeat(md5(cast(i as varchar)), ${rowBytes / 32}), '1', cast(i as varchar) from generate_series(1, ${rowCount}) as rows(i)`,
      );
    }
    const table = p.dataset().table("large").where("id", ">", 0);
    const before = heldBytes();
    let [rows, most, largest, batches] = [0, 0, 0, 0];
    for await (const batch of table.batches(5000)) {
      rows += batch.length;
      if (batches++ % 10 === 0) most = Math.max(most, heldBytes() - before);
      largest = Math.max(largest, batch.length);
    }
    expect(rows).toBe(rowCount);
    expect(largest).toBeLessThan(10_000);
    expect(most).toBeLessThan((rowCount * rowBytes) / 4);
    for await (const row of table) {
      expect(row["text"]).toHaveLength(rowBytes);
      break;
    }
    expect(world.connections.open).toBe(0);
  });
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What is in use, without what waits to be collected. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
