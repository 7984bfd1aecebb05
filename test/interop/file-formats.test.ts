import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { Decimal, PlainDate, PlainTime, pipeline, resource, Timestamp } from "../../src/index.ts";
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
const all = Object.keys(first);
const columns = all.map((name) => `"${name}"`);

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

// dlt takes bytes in CSV for text.
test.each([
  ["jsonl", all],
  ["parquet", all],
  ["csv", all.filter((name) => name !== "bytes")],
] as const)("dlt reads what leat wrote as %s", async (format, columns) => {
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
  const task = { does: "read", bucket, pipelinesDir: join(dir, "dlt"), columns };
  const rows = JSON.parse(await runPython(script, JSON.stringify(task), dir));
  const shown: Readonly<Record<string, string>> = {
    id: "1",
    text: first.text,
    large: "9007199254740993",
    ratio: "0.1",
    paid: "True",
    at: "2024-02-29T12:34:56.123456+00:00",
    day: "2024-02-29",
    clock: "01:02:03.000004",
    amount: "123456789.123456789",
    bytes: "00ff0a",
  };
  expect(rows).toEqual([columns.map((name) => shown[name]), columns.map((name) => (name === "id" ? "2" : null))]);
});

test("pyarrow sees the same types in the parquet files of both", async () => {
  const dir = tempDir();
  const [theirs, ours] = [join(dir, "theirs"), join(dir, "ours")];
  const load = { does: "load", bucket: theirs, format: "parquet", pipelinesDir: join(dir, "dlt"), withWei: true };
  await runPython(script, JSON.stringify(load), dir);
  const p = pipeline({
    name: "files",
    datasetName: "files",
    pipelinesDir: join(dir, "leat"),
    progress: "none",
    destination: filesystem(ours),
    loaderFileFormat: "parquet",
  });
  const docs = resource(
    "docs",
    { columns: { document: { dataType: "json" }, extra: { dataType: "json" }, wei: { dataType: "wei" } } },
    (): readonly object[] => [{ ...first, wei: new Decimal(String(2n ** 100n)), document: { a: [1] }, tags: ["x"] }, { id: 2 }],
  );
  await p.run(docs);
  const folders = [theirs, ours].flatMap((bucket) => ["docs", "docs__tags"].map((table) => join(bucket, "files", table)));
  const types = JSON.parse(await runPython(script, JSON.stringify({ does: "types", folders }), dir)) as [string, string][][];
  const [theirDocs, theirTags, ownDocs, ownTags] = types.map((fields) => new Map(fields.map(([name, type]) => [name, type])));
  // Where leat differs: columns that no row has are left out of a file; texts that are JSON say so; a wei has as many digits as DuckDB reads.
  theirDocs!.delete("extra");
  const differing = new Map([
    ["document", "extension<arrow.json>"],
    ["wei", "decimal128(38, 0)"],
  ]);
  expect(new Map([...ownDocs!].sort())).toEqual(
    new Map([...theirDocs!].map(([name, type]) => [name, differing.get(name) ?? type] as const).sort()),
  );
  expect(ownTags).toEqual(theirTags);
});
