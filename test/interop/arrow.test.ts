import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tableFromIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type ArrowData, pipeline, resource } from "../../src/index.ts";
import type { ColumnSchema } from "../../src/schema/document.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";
import { openTextDatabase } from "./text-database.ts";

const script = fileURLToPath(new URL("arrow_with_dlt.py", import.meta.url));

test("the same Arrow tables give the same tables, types and rows as through dlt", { timeout: 120_000 }, async () => {
  const folder = tempDir();
  const [byDlt, byLeat] = [join(folder, "dlt.duckdb"), join(folder, "leat.duckdb")];
  const dltColumns = JSON.parse(await runPython(script, JSON.stringify({ database: byDlt, folder }), folder)) as ColumnSchema[];
  const p = pipeline({
    name: "arrow",
    destination: duckdb(byLeat),
    datasetName: "data",
    pipelinesDir: join(folder, "pipelines"),
    progress: "none",
  });
  for (const number of [0, 1, 2]) {
    const table: ArrowData = tableFromIPC(readFileSync(join(folder, `${number}.arrow`)));
    await p.run(resource("items", [table]));
  }
  const loaded = await tableOf(byLeat);
  expect(loaded).toEqual(await tableOf(byDlt));
  expect(loaded.rows).toHaveLength(8);
  expect(Object.values(p.schemas["arrow"]!.tables["items"]!.columns).map(comparable)).toEqual(dltColumns.map(comparable));
});

/** Of nested types dlt keeps how they were nested. */
function comparable({ "x-nested-type": _, ...column }: ColumnSchema): object {
  return column;
}

async function tableOf(path: string): Promise<{ readonly columns: readonly object[]; readonly rows: readonly object[] }> {
  const database = await openTextDatabase(path);
  try {
    const columns = await database.query(
      "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'data' AND table_name = 'items' ORDER BY ordinal_position",
    );
    const texts = columns.map(({ column_name: name, data_type: type }) => `${database.textOf(`"${name}"`, type!)} AS "${name}"`);
    return { columns, rows: await database.query(`SELECT ${texts.join(", ")} FROM data.items ORDER BY ALL`) };
  } finally {
    await database.close();
  }
}
