import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import type { DestinationContract } from "../../src/destination-kit/index.ts";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { readCsvHeader } from "../../src/formats/csv/read-header.ts";
import { DuckDbReader } from "../../src/formats/parquet/__fixtures__/duckdb-reader.ts";
import { type Pipeline, resource, UnsupportedError } from "../../src/index.ts";
import { failure, machine } from "./local-pipeline.ts";

/** A pipeline whose destination says that it loads files in these formats. */
function pipelineFor(...loaderFileFormats: readonly string[]): Pipeline {
  const { databasePath, pipeline } = machine();
  const destination = duckdb(databasePath) as DestinationContract<"duckdb">;
  const capabilities = { ...destination.capabilities, loaderFileFormats };
  return pipeline({ destination: Object.create(destination, { capabilities: { value: capabilities } }) as DestinationContract });
}

/** Job files of the newest pending package, in the order in which they load. */
async function jobs(of: Pipeline, table: string): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const packages = await of.listPackages();
  return packages
    .at(-1)!
    .jobs.filter((job) => job.table === table)
    .map((job) => ({ name: basename(job.path!), path: job.path! }));
}

async function readAll(paths: readonly string[], columns: string, order: string): Promise<unknown[][]> {
  const reader = await DuckDbReader.open();
  try {
    const files = paths.map((path) => `'${path}'`).join(", ");
    return await reader.rows(
      `SELECT ${columns} FROM read_csv([${files}], header = true, all_varchar = true, union_by_name = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false) ORDER BY ${order}`,
    );
  } finally {
    reader.close();
  }
}

describe("a destination that prefers CSV", () => {
  test("gets one file per table, with nested tables and the state row", async () => {
    const p = pipelineFor("csv", "jsonl", "parquet");
    const people = resource("people", () => [
      { id: 1, name: 'Ada "the first"', note: "", tags: ["x", "y"] },
      { id: 2, born: new Date("1815-12-10T00:00:00Z"), score: 1.5 },
    ]);
    await p.extract(people);
    const { rowCounts } = await p.normalize();
    expect(rowCounts).toMatchObject({ people: 2, people__tags: 2, _dlt_pipeline_state: 1 });
    const [file, ...others] = await jobs(p, "people");
    expect(others).toEqual([]);
    expect(file!.name).toMatch(/^people\.[0-9a-f]{10}\.0\.csv$/);
    expect(await readAll([file!.path], "id, name, note, born, score", "id")).toEqual([
      ["1", 'Ada "the first"', "", null, null],
      ["2", null, null, "1815-12-10T00:00:00+00:00", "1.5"],
    ]);
    const [tags] = await jobs(p, "people__tags");
    expect(await readAll([tags!.path], "value, _dlt_list_idx", "2")).toEqual([
      ["x", "0"],
      ["y", "1"],
    ]);
    const [state] = await jobs(p, "_dlt_pipeline_state");
    expect(readCsvHeader(state!.path)).toContain("version_hash");
  });

  test("gets a further file when a column comes after much was written, and all rows once", async () => {
    const p = pipelineFor("csv");
    const text = "a long text, with a comma. ".repeat(2_000);
    const rows = resource("rows", function* () {
      for (let id = 0; id < 800; id++) yield id < 500 ? { id, text } : { id, text, late: true };
    });
    await p.extract(rows);
    expect((await p.normalize()).rowCounts).toMatchObject({ rows: 800 });
    const files = await jobs(p, "rows");
    const headers = files.map(({ path }) => readCsvHeader(path)!);
    expect(headers[0]).toEqual(["id", "text", "_dlt_load_id", "_dlt_id"]);
    expect(headers.at(-1)).toContain("late");
    const read = await readAll(
      files.map(({ path }) => path),
      "id, length(text), late",
      "CAST(id AS INT)",
    );
    expect(read).toEqual(Array.from({ length: 800 }, (_, id) => [String(id), BigInt(text.length), id < 500 ? null : "true"]));
  });

  test("gets the columns of a table that is emptied", async () => {
    const p = pipelineFor("csv");
    for (const rows of [[{ name: "Oslo" }], []]) {
      await p.extract(resource("cities", { writeDisposition: "replace" }, rows));
      await p.normalize();
    }
    const [file] = await jobs(p, "cities");
    expect(readCsvHeader(file!.path)).toEqual(["name", "_dlt_load_id", "_dlt_id"]);
  });

  test("is told of a value that CSV cannot hold, with row and column", async () => {
    const p = pipelineFor("csv");
    const rows = resource("rows", { columns: { price: { dataType: "decimal", precision: 4, scale: 2 } } }, () => [
      { price: "1.25" },
      { price: "1234.5" },
    ]);
    await p.extract(rows);
    expect(await failure(() => p.normalize())).toMatchObject({
      code: "type-conflict",
      message: expect.stringContaining("Row 1 of table `rows`") as string,
    });
  });
});

describe("a destination that loads no format of leat's", () => {
  test("is refused before the resource runs", async () => {
    const p = pipelineFor("avro", "xml");
    let hasRun = false;
    const rows = resource("rows", () => {
      hasRun = true;
      return [{ id: 1 }];
    });
    const error = await failure(() => p.run(rows));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect((error as Error).message).toContain("loads files in these formats: avro, xml. leat writes these: parquet, csv");
    expect(hasRun).toBe(false);
    expect(p.hasPendingData).toBe(false);
  });

  test("refuses the hint of a format that is not among its own", async () => {
    const p = pipelineFor("csv", "jsonl");
    const error = await failure(() => p.run(resource("rows", { fileFormat: "parquet" }, [{ id: 1 }])));
    expect((error as Error).message).toContain("does not load job files in the format `parquet`. It takes csv, jsonl");
  });
});
