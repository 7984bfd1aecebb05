import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { Decimal, type FileFormat, PlainDate, PlainTime, pipeline, Timestamp } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

// The files that both write for the same rows, opened by tools of Python.

const script = `
import dlt, json, os, datetime, decimal, glob, gzip
import pyarrow.parquet as parquet
plan = json.loads(input())
os.environ.update(plan["env"])
utc = datetime.timezone.utc
rows = {
    "values": [{"id": 1, "text": "a", "fraction": 1.5, "flag": True, "at": datetime.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=utc),
        "day": datetime.date(2024, 1, 2), "time": datetime.time(1, 2, 3, 4), "amount": decimal.Decimal("1.5"), "bytes": b"ab",
        "document": {"a": [1]}, "tags": ["x"]}, {"id": 2}],
    "numbers": [{"id": n, "tags": [n, n]} for n in range(35)],
}[plan["rows"]]
p = dlt.pipeline("files", destination=dlt.destinations.duckdb("files.duckdb"), dataset_name="data", pipelines_dir="dlt")
p.extract(rows, table_name="docs", loader_file_format=plan["format"], columns={"document": {"data_type": "json"}})
p.normalize()
def files(folder, table): return sorted(glob.glob(f"{folder}/files/load/normalized/*/new_jobs/{table}.*"))
def lines(path):
    # dlt packs its files, leat does where it is told to.
    data = open(path, "rb").read()
    return (gzip.decompress(data) if data[:2] == b"\\x1f\\x8b" else data).decode().splitlines()
def described(folder):
    # leat's file says that the texts of a column are JSON, which dlt's does not.
    if plan["format"] == "parquet":
        return {table: [[f.name, "json" if f.name == "document" else str(f.type), f.nullable] for f in parquet.read_schema(files(folder, table)[0]) if not f.name.startswith("_dlt")] for table in ["docs", "docs__tags"]}
    return {table: [json.loads(line) for path in files(folder, table) for line in lines(path)] for table in ["docs", "docs__tags"]}
def counts(folder): return {table: len(files(folder, table)) for table in ["docs", "docs__tags"]}
print(json.dumps([{"counts": counts(folder), "content": described(folder) if plan["format"] in ("parquet", "jsonl") else None} for folder in ["dlt", "leat"]]))
`;

const values = [
  {
    id: 1,
    text: "a",
    fraction: 1.5,
    flag: true,
    at: new Timestamp(Date.UTC(2024, 0, 2, 3, 4, 5), 6),
    day: PlainDate.from("2024-01-02"),
    time: PlainTime.from("01:02:03.000004"),
    amount: new Decimal("1.5"),
    bytes: new TextEncoder().encode("ab"),
    document: { a: [1] },
    tags: ["x"],
  },
  { id: 2 },
];

const numbers = Array.from({ length: 35 }, (_, id) => ({ id, tags: [id, id] }));

interface Files {
  readonly counts: { readonly [table: string]: number };
  readonly content: { readonly [table: string]: readonly unknown[] };
}

describe("files of jobs", () => {
  afterEach(() => void vi.unstubAllEnvs());

  test("parquet has the types of dlt's file", async () => {
    const [theirs, ours] = await filesOfBoth("values", values, "parquet");
    expect(ours.content["docs"]).toContainEqual(["amount", "decimal128(38, 9)", true]);
    expect(ours.content).toEqual(theirs.content);
  });

  test("jsonl is read line by line, and says what dlt's says", async () => {
    const [theirs, ours] = await filesOfBoth("values", values, "jsonl");
    expect(ours.content["docs"]).toHaveLength(2);
    expect(withoutIds(ours)).toEqual(withoutIds(theirs));
  });

  test.each(["jsonl", "insert_values", "parquet"] as const)("as many files as in dlt, with file_max_items, of %s", async (format) => {
    const env = { DATA_WRITER__FILE_MAX_ITEMS: "10" };
    const [theirs, ours] = await filesOfBoth("numbers", numbers, format, env);
    expect(theirs.counts).toEqual({ docs: 4, docs__tags: 7 });
    expect(ours.counts).toEqual(theirs.counts);
  });
});

async function filesOfBoth(
  name: string,
  rows: readonly object[],
  format: FileFormat,
  env: object = {},
): Promise<[dlt: Files, leat: Files]> {
  const folder = tempDir();
  for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value as string);
  const p = pipeline({
    name: "files",
    destination: duckdb(join(folder, "leat.duckdb")),
    datasetName: "data",
    pipelinesDir: join(folder, "leat"),
    progress: "none",
  });
  await p.extract(rows as never, { tableName: "docs", columns: { document: { dataType: "json" } } as never });
  await p.normalize({ loaderFileFormat: format });
  const path = join(folder, "files.py");
  writeFileSync(path, script);
  return JSON.parse(await runPython(path, JSON.stringify({ rows: name, format, env }), folder)) as [Files, Files];
}

function withoutIds({ content }: Files): unknown {
  return JSON.parse(
    JSON.stringify(content, (key, value: unknown) => (key.startsWith("_dlt_") && key !== "_dlt_list_idx" ? undefined : value)),
  );
}
