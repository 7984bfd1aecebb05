import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { Decimal, PlainDate, PlainTime, pipeline, Timestamp } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

const script = fileURLToPath(new URL("files_with_dlt.py", import.meta.url));
const formats = ["jsonl", "parquet", "csv"] as const;

/** The same rows as in the script. */
const first = {
  id: 1,
  text: 'é "quoted", with a comma\nand a line',
  large: 9007199254740993n,
  ratio: 0.1,
  paid: true,
  at: Timestamp.from("2024-02-29T12:34:56.123456Z"),
  day: new PlainDate(2024, 2, 29),
  clock: PlainTime.from("01:02:03.000004"),
  amount: new Decimal("123456789.123456789"),
  bytes: Buffer.from([0, 255, 10]),
};
const nothing = Object.fromEntries(Object.keys(first).map((name) => [name, null]));
const columns = Object.keys(first).map((name) => `"${name}"`);

test.each(formats)("leat reads what dlt wrote as %s, with a layout of one's own", async (format) => {
  const dir = tempDir();
  const bucket = join(dir, "bucket");
  const layout = "{schema_name}/{table_name}/{YYYY}/{load_id}.{file_id}.{ext}";
  const task = { does: "load", bucket, layout, format, pipelinesDir: join(dir, "dlt") };
  await runPython(script, JSON.stringify(task), dir);
  const p = pipeline({
    name: "files",
    datasetName: "files",
    pipelinesDir: join(dir, "leat"),
    progress: "none",
    destination: filesystem({ bucketUrl: bucket, layout }),
  });
  await using client = p.sqlClient();
  const rows = await client.query(`SELECT ${columns.join(", ")} FROM docs ORDER BY id`);
  expect(rows).toEqual([
    { ...first, bytes: format === "csv" ? null : expect.anything() },
    // As CSV of dlt has it, nothing is an empty text.
    { ...nothing, id: 2, text: format === "csv" ? "" : null },
  ]);
  // dlt refuses to write bytes into CSV.
  if (format !== "csv") expect(Buffer.from(rows[0]!["bytes"] as Uint8Array)).toEqual(first.bytes);
});

// Of CSV dlt reads columns without values as empty texts, and no bytes.
test.each(["jsonl", "parquet"] as const)("dlt reads what leat wrote as %s", async (format) => {
  const dir = tempDir();
  const bucket = join(dir, "bucket");
  const p = pipeline({
    name: "files",
    datasetName: "files",
    pipelinesDir: join(dir, "leat"),
    progress: "none",
    destination: filesystem(bucket),
    loaderFileFormat: format,
  });
  await p.run([first, { id: 2 }], { tableName: "docs" });
  const rows = JSON.parse(await runPython(script, JSON.stringify({ does: "read", bucket, pipelinesDir: join(dir, "dlt") }), dir));
  expect(rows).toEqual([
    [
      "1",
      first.text,
      "9007199254740993",
      "0.1",
      "True",
      "2024-02-29T12:34:56.123456+00:00",
      "2024-02-29",
      "01:02:03.000004",
      "123456789.123456789",
      "00ff0a",
    ],
    ["2", ...Array.from({ length: 9 }, () => null)],
  ]);
});
