import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { destination } from "../../src/destinations/custom/index.ts";
import { pipeline, resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

interface Call {
  readonly table: string;
  readonly rows: readonly Record<string, unknown>[];
  readonly columns: Readonly<Record<string, { readonly data_type?: string; readonly primary_key?: boolean }>>;
  readonly disposition: unknown;
}

const script = fileURLToPath(new URL("function_with_dlt.py", import.meta.url));
const users = Array.from({ length: 5 }, (_, index) => ({
  userId: index,
  "First Name": `n${index}`,
  Tags: ["x", { deep: [index] }],
  home: { City: "Ulm", zip: null },
}));
const lines = [{ at: "2024-01-01T00:00:00Z", Text: "a" }, { Text: "b" }];

for (const skip of [true, false])
  test(`a function gets the same batches and table schemas as from dlt, ${skip ? "without" : "with"} dlt's columns`, {
    timeout: 180_000,
  }, async () => {
    const folder = tempDir();
    const byDlt = JSON.parse(await runPython(script, JSON.stringify({ folder, users, lines, skip, batchSize: 3 }), folder)) as {
      readonly calls: readonly Call[];
      readonly state: object;
    };
    const calls: Call[] = [];
    const sink = destination("sink", { batchSize: 3, skipDltColumns: skip, parallel: 1 }, (rows, { table }) => {
      calls.push({ table: table.name, rows, columns: table.columns as Call["columns"], disposition: table.write_disposition });
    });
    const p = pipeline({ name: "reverse", destination: sink, datasetName: "data", pipelinesDir: join(folder, "leat"), progress: "none" });
    await p.run([resource("Users", { writeDisposition: "merge", primaryKey: "userId" }, users), resource("logLines", lines)]);
    const ofUser = (all: readonly Call[]) => comparable(all.filter(({ table }) => !table.startsWith("_dlt")));
    expect(ofUser(calls)).toEqual(ofUser(byDlt.calls));
    expect(calls.some(({ table }) => table === "_dlt_pipeline_state")).toBe(
      byDlt.calls.some(({ table }) => table === "_dlt_pipeline_state"),
    );
    expect(p.state).toMatchObject(byDlt.state);
  });

/** What differs by chance, and what leat adds: a value that is missing is null. */
function comparable(calls: readonly Call[]): object[] {
  const text = (value: unknown): unknown =>
    value instanceof Date
      ? value
          .toISOString()
          .replace(/(\.000)?Z$/, "+00:00")
          .replace("T", " ")
      : value;
  return calls
    .map(({ table, rows, columns, disposition }) => ({
      table,
      disposition,
      columns: Object.values(columns).map(({ data_type, primary_key }) => [data_type, primary_key]),
      names: Object.keys(columns),
      rows: rows.map((row) =>
        Object.fromEntries(
          Object.entries(row)
            .filter(([name, value]) => value !== null && !["_dlt_id", "_dlt_load_id"].includes(name))
            .map(([name, value]) => [name, text(value)]),
        ),
      ),
    }))
    .toSorted((one, other) => (one.table < other.table ? -1 : one.table > other.table ? 1 : 0));
}
