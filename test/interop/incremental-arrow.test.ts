import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tableFromIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { encodeJson } from "../../src/core/json.ts";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type ArrowData, type IncrementalOptions, pipeline, resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

const script = fileURLToPath(new URL("incremental_arrow_with_dlt.py", import.meta.url));

interface Page {
  readonly id: readonly number[];
  readonly at: readonly (number | null)[];
}

/** The third run brings rows at the border that are known, one that is not, and older ones. */
const runs: readonly (readonly Page[])[] = [
  [
    { id: [1, 2, 3], at: [1, 5, 3] },
    { id: [4, 5], at: [5, 2] },
  ],
  [{ id: [2, 4], at: [5, 5] }],
  [{ id: [2, 9, 6, 8, 7], at: [5, 5, 4, 6, 6] }],
];
const withNulls: readonly (readonly Page[])[] = [[{ id: [1, 2, 3], at: [1, null, 3] }], [{ id: [4, 3, 5], at: [null, 3, 4] }]];
const kinds = ["int", "float", "text", "decimal", "date", "zoned", "naive"];

interface Case {
  readonly kind: string;
  readonly runs: readonly (readonly Page[])[];
  readonly options: { readonly [name: string]: unknown };
  readonly leat: Partial<IncrementalOptions>;
  readonly primary_key?: string;
}

const cases: readonly Case[] = [
  ...kinds.map((kind) => ({ kind, runs, options: {}, leat: {} })),
  ...kinds.map((kind) => ({ kind, runs, options: {}, leat: {}, primary_key: "id" })),
  { kind: "int", runs, options: { initial_value: 3 }, leat: { initialValue: 3 } },
  { kind: "int", runs, options: { range_start: "open" }, leat: { rangeStart: "open" } },
  { kind: "int", runs, options: { initial_value: 0, lag: 2 }, leat: { initialValue: 0, lag: 2 } },
  { kind: "int", runs: withNulls, options: { on_cursor_value_missing: "include" }, leat: { onCursorValueMissing: "include" } },
  { kind: "zoned", runs: withNulls, options: { on_cursor_value_missing: "exclude" }, leat: { onCursorValueMissing: "exclude" } },
];

test("Arrow tables through a cursor give the rows and the state that they give in dlt", { timeout: 180_000 }, async () => {
  const folder = tempDir();
  const plan = { database: join(folder, "dlt.duckdb"), folder, cases };
  const byDlt = JSON.parse(await runPython(script, JSON.stringify(plan), folder)) as { slot: string; ids: number[] }[];
  for (const [number, one] of cases.entries()) {
    const p = pipeline({
      name: `case_${number}`,
      destination: duckdb(join(folder, `leat-${number}.duckdb`)),
      pipelinesDir: join(folder, "leat"),
      progress: "none",
    });
    for (const [run, pages] of one.runs.entries()) {
      const tables = pages.map((_, page): ArrowData => tableFromIPC(readFileSync(join(folder, `${number}-${run}-${page}.arrow`))));
      const incremental = { cursorPath: "at", ...one.leat } as IncrementalOptions<Record<string, unknown>>;
      await p.run(resource("items", { incremental, ...(one.primary_key === undefined ? {} : { primaryKey: one.primary_key }) }, tables));
    }
    await using sql = p.sqlClient();
    const ids = (await sql.query<{ id: number }>("SELECT id FROM items ORDER BY id")).map(({ id }) => id);
    const slot = encodeJson(p.state.sources![`case_${number}`]!.resources!["items"]!.incremental!["at"], { typed: true });
    expect({ number, ids, slot: comparable(slot) }).toEqual({ number, ids: byDlt[number]!.ids, slot: comparable(byDlt[number]!.slot) });
  }
});

/** The order of hashes says nothing. */
function comparable(slot: string): object {
  const parsed = JSON.parse(slot) as { unique_hashes: string[] };
  return { ...parsed, unique_hashes: parsed.unique_hashes.toSorted() };
}
