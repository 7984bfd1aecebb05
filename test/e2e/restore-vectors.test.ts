import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attach } from "../../src/index.ts";
import { testDestinations } from "../destinations.ts";
import { readFixture } from "../fixtures.ts";
import { tempDir } from "../temp-dir.ts";

interface ThreeRuns {
  readonly runs: readonly { readonly tables: { readonly [table: string]: readonly { readonly [column: string]: unknown }[] } }[];
  /** Of SQLite the statement that made the table. */
  readonly storage_columns: { readonly [table: string]: string | { readonly [column: string]: { readonly type: string } } };
}

interface Restored {
  /** The text of dlt's `state.json`. */
  readonly state_json_file: string;
  readonly schemas: { readonly [name: string]: object };
}

/** `state.json` without what differs on each machine and at each time. */
function document(text: string): object {
  const { _local, ...state } = JSON.parse(text);
  return { ...state, _local: { first_run: _local.first_run, _last_extracted_hash: _local._last_extracted_hash } };
}

/** A value of a vector as SQL. */
function literal(value: unknown): string {
  const plain = typeof value === "object" && value !== null ? Object.values(value)[0] : value;
  return plain === null ? "NULL" : `'${String(plain).replaceAll("'", "''")}'`;
}

function columnsText(stored: ThreeRuns["storage_columns"][string]): string {
  if (typeof stored === "string") return stored.slice(stored.indexOf("("));
  const columns = Object.entries(stored).map(([column, { type }]) => `"${column}" ${type}`);
  return `(${columns.join(", ")})`;
}

test.for(testDestinations)("S21 what dlt stored in $name is restored into a clean folder as dlt restores it", async ({ name, create }) => {
  const database = await create();
  const { runs, storage_columns } = readFixture<ThreeRuns>(`three_runs/${name}.json`);
  await database.query("CREATE SCHEMA three_ds");
  for (const [table, rows] of Object.entries(runs.at(-1)!.tables).filter(([table]) => table.startsWith("_dlt_"))) {
    await database.query(`CREATE TABLE three_ds."${table}" ${columnsText(storage_columns[table]!)}`);
    for (const row of rows) {
      const names = Object.keys(row).map((column) => `"${column}"`);
      await database.query(`INSERT INTO three_ds."${table}" (${names.join(", ")}) VALUES (${Object.values(row).map(literal).join(", ")})`);
    }
  }

  const p = await attach(`three_${name}`, { destination: database.destination(), datasetName: "three_ds", pipelinesDir: tempDir() });
  const { state_json_file, schemas } = readFixture<Restored>(`three_runs/${name}_restored.json`);
  expect(document(readFileSync(join(p.workingDir, "state.json"), "utf8"))).toEqual(document(state_json_file));
  expect(p.schemas).toEqual(schemas);
  expect(p.firstRun).toBe(false);
});
