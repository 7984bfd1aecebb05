import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createPostgres } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";

const script = fileURLToPath(new URL("one-merger.mjs", import.meta.url));
const writers = Array.from({ length: 8 }, (_, writer) => writer);
const [runs, ids] = [3, 20];

test.each([
  ["temporary tables", {}],
  ["one staging dataset", { DESTINATION__STAGING_DATASET_NAME_LAYOUT: "%s_staging" }],
])("eight pipelines that merge into the same tables at once by way of %s leave exactly the rows", async (_, settings) => {
  const database = await createPostgres();
  const dir = tempDir();
  const start = async (writer: number): Promise<ChildProcess> => {
    const argument = JSON.stringify({ url: database.url, pipelinesDir: join(dir, String(writer)), writer, runs, ids });
    const child = spawn(process.execPath, [script, argument], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...settings } });
    await once(child.stdout!, "data");
    return child;
  };
  const children = await Promise.all(writers.map(start));
  await Promise.all(
    children.map(async (child) => {
      child.stdin!.write("go\n");
      const [code] = (await once(child, "exit")) as [number | null];
      expect(code).toBe(0);
    }),
  );

  const odd = Array.from({ length: ids / 2 }, (_, index) => 2 * index + 1);
  const expected = [...odd.map((index) => index - 1), ...writers.flatMap((writer) => odd.map((index) => 1000 * (writer + 1) + index))];
  for (const table of ["delete_insert", "upsert"]) {
    const rows = await database.query<Row>(`SELECT id, writer, run, _dlt_id FROM shared.${table} ORDER BY id`);
    expect(rows.map(({ id }) => id)).toEqual(expected.sort((a, b) => a - b));
    expect(rows.filter(({ id, writer, run }) => id >= 1000 && (run !== runs - 1 || writer !== Math.floor(id / 1000) - 1))).toEqual([]);
    // What is nested is of the same writer and run as its row, whoever came last.
    const lines = await database.query(
      `SELECT l.of, l.line, l.writer, l.run FROM shared.${table}__lines l JOIN shared.${table} r ON r._dlt_id = l._dlt_parent_id ORDER BY 1, 2`,
    );
    expect(lines).toEqual(
      rows.flatMap(({ id, writer, run }) => Array.from({ length: (id + run) % 3 }, (_, line) => ({ of: id, line, writer, run }))),
    );
    expect(await database.query(`SELECT count(*)::int AS n FROM shared.${table}__lines`)).toEqual([{ n: lines.length }]);
  }
  expect(await database.query("SELECT count(*)::int AS n FROM shared._dlt_loads WHERE status = 0")).toEqual([{ n: writers.length * runs }]);
});

interface Row {
  readonly id: number;
  readonly writer: number;
  readonly run: number;
}
