import { expect, test } from "vitest";
import { parsePostgresUrl } from "../../src/config/connection-string.ts";
import { connectPostgres, type PostgresConnection } from "../../src/drivers/postgres.ts";
import { pipeline, resource } from "../../src/index.ts";
import { createPostgres } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";

const rows = (run: number) => Array.from({ length: 2000 }, (_, id) => ({ id, run, tags: [id] }));

test.each(["truncate-and-insert", "insert-from-staging", "staging-optimized"] as const)(
  "who reads while a table is replaced by %s sees the rows of one load, whole",
  async (strategy) => {
    const database = await createPostgres();
    const p = pipeline({
      name: "shop",
      destination: database.destination(),
      datasetName: "shop",
      pipelinesDir: tempDir(),
      progress: "none",
    });
    const run = (number: number) => p.run(resource("items", { writeDisposition: { disposition: "replace", strategy } }, rows(number)));
    await run(0);
    const reader = await connect(database.url);
    const older = await connect(database.url);
    try {
      // Reads in an old snapshot. `staging-optimized` puts another table in the place of this one, and waits for whoever reads it.
      const hasOldReader = strategy !== "staging-optimized";
      if (hasOldReader) await older.script(["BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM shop.items"]);
      const seen = new Set<string>();
      let isDone = false;
      const reading = (async () => {
        while (!isDone) {
          const sql = "SELECT run, count(*)::int AS n, (SELECT count(*)::int FROM shop.items__tags) AS tags FROM shop.items GROUP BY run";
          seen.add(JSON.stringify(await reader.query(sql)));
        }
      })();
      for (const number of [1, 2, 3]) await run(number);
      isDone = true;
      await reading;
      const whole = [0, 1, 2, 3].map((number) => JSON.stringify([{ run: number, n: 2000, tags: 2000 }]));
      expect([...seen].filter((one) => !whole.includes(one))).toEqual([]);
      expect(seen.size).toBeGreaterThan(1);
      if (hasOldReader) expect(await older.query("SELECT DISTINCT run FROM shop.items")).toEqual([{ run: 0 }]);
    } finally {
      await reader.close();
      await older.close();
    }
  },
);

async function connect(url: string): Promise<PostgresConnection> {
  const { host = "localhost", port = 5432, database = "postgres", username, password } = parsePostgresUrl(url);
  return await connectPostgres({ host, port, database, username, password, connectTimeoutMs: 15_000 });
}
