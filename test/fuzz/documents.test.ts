import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { pipeline } from "../../src/index.ts";
import { namingConvention } from "../../src/schema/naming/naming-convention.ts";
import { tempDir } from "../temp-dir.ts";
import { differences } from "./differences.ts";
import { type ExpectedRow, expectedRows } from "./expected-rows.ts";
import { loadedRows } from "./loaded-rows.ts";
import { type Document, randomDocument } from "./random-documents.ts";

// `npm run fuzz -- --documents 100000 --seed 7` sets these.
const wanted = Number(process.env["LEAT_FUZZ_DOCUMENTS"] ?? 400);
const seed = Number(process.env["LEAT_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

/** Documents of one pipeline on average, loaded by two runs: the second one finds tables, columns and types of the first. */
const perPipeline = 20;
const fixedSeed = 1;

test("the tables of random documents give the documents back", { timeout: 24 * 3_600_000 }, async () => {
  const ofFixedSeed = Math.min(wanted / 2, 200);
  console.log(`${wanted} random documents; again: npm run fuzz -- --documents ${wanted} --seed ${seed}`);
  await tryDocuments(fixedSeed, ofFixedSeed);
  await tryDocuments(seed, wanted - ofFixedSeed);
});

async function tryDocuments(ofSeed: number, count: number): Promise<void> {
  const dir = tempDir();
  let tried = 0;
  const documents = fc.array(randomDocument(), { minLength: 1, maxLength: 2 * perPipeline, size: "max" });
  await fc.assert(
    fc.asyncProperty(documents, async (given) => {
      const folder = join(dir, String(tried++));
      expect(await problemsOf(given, folder)).toEqual([]);
      rmSync(folder, { recursive: true });
      if (tried % 100 === 0) console.log(`${tried * perPipeline} documents`);
    }),
    { seed: ofSeed, numRuns: Math.ceil(count / perPipeline) },
  );
}

const table = "documents";
const numberColumn = "document_number";
const naming = namingConvention("snake_case", { maxLength: 65536 });
// Job files are named after their tables.
const longestTable = 200;

async function problemsOf(documents: readonly Document[], folder: string): Promise<string[]> {
  const destination = duckdb(":memory:");
  await using p = pipeline({ name: "fuzz", destination, datasetName: "d", pipelinesDir: folder, progress: "none" });
  const kept = documents.map((document, index) => numbered(document, index)).filter(hasShortTableNames);
  const half = Math.ceil(kept.length / 2);
  await p.run(kept.slice(0, half), { tableName: table });
  await p.run(kept.slice(half), { tableName: table });
  return differences(kept.flatMap(rowsOf), await loadedRows(p, table, numberColumn), p.defaultSchema!);
}

/** Keys of random documents are never leat's own. */
function numbered(document: Document, index: number): Document {
  const own = Object.entries(document).filter(([key]) => !/^_?dlt/i.test(key));
  return Object.fromEntries([[numberColumn, index], ...own]);
}

function hasShortTableNames(document: Document): boolean {
  return rowsOf(document).every((row) => row.table.length <= longestTable);
}

function rowsOf(document: Document): ExpectedRow[] {
  return expectedRows(document, String(document[numberColumn]), table, naming);
}
