import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./local-pipeline.ts";

/** Something into which no rows can be loaded takes the place of a table. Gives what undoes it. */
export async function takeAway(table: string, local: Machine, instead: "view" | "table" = "view"): Promise<() => Promise<void>> {
  if (process.env["LEAT_TEST_ON"] === "filesystem") {
    const folder = join(local.dir, "bucket", "data", table);
    renameSync(folder, `${folder}-hidden`);
    writeFileSync(folder, "");
    return async () => {
      rmSync(folder);
      renameSync(`${folder}-hidden`, folder);
    };
  }
  const execute = async (...statements: readonly string[]): Promise<void> => {
    await using client = local.pipeline().sqlClient();
    for (const sql of statements) await client.execute(sql);
  };
  const other = { view: `VIEW ${table} AS SELECT * FROM hidden`, table: `TABLE ${table} (n INTEGER CHECK (n < 2))` }[instead];
  await execute(`ALTER TABLE ${table} RENAME TO hidden`, `CREATE ${other}`);
  return () => execute(`DROP ${instead} ${table}`, `ALTER TABLE hidden RENAME TO ${table}`);
}
