import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Document, randomDocument } from "../../test/fuzz/random-documents.ts";
import { encodeJson } from "../core/json.ts";
import type { Runtime } from "../core/runtime.ts";
import { minimalCapabilities } from "../destination-kit/capabilities.ts";
import { numberedFileId } from "../load-package/job-file.ts";
import { PackageFolder } from "../load-package/package-folder.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { newSchema } from "../schema/new-schema.ts";
import { mergeTable } from "../schema/update.ts";
import type { JobFormats } from "./job-format-of.ts";
import { jobFormatsOf } from "./job-format-of.ts";
import { normalizePackage } from "./normalize-package.ts";
import type { Rotation } from "./rotation.ts";
import type { NormalizeThreads, ThreadTask, UnitThread } from "./threads.ts";
import type { NormalizedUnit, UnitNews, UnitTask } from "./unit.ts";
import { UnitNormalizer } from "./unit-normalizer.ts";

const loadId = "1700000000.000001";

interface Case {
  /** Raw files; each has lines of one document. */
  readonly units: readonly { readonly table: string; readonly documents: readonly Document[] }[];
  readonly format: string;
  readonly rotation: Rotation;
  readonly schema: SchemaDocument;
}

const keys = fc.constantFrom("a", "b", "c", "d", "e", "a__b", "A", "list", "c__v_text", "c__v_complex");
const value = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 3, arbitrary: fc.constantFrom("x", "12", "2024-01-02T03:04:05Z", "1.5", null, true, 1.5) },
  { weight: 1, arbitrary: fc.array(fc.dictionary(keys, fc.integer()), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(fc.integer(), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.dictionary(keys, fc.constantFrom(1, "x", null), { maxKeys: 2 }) },
);
/** Few keys, so that columns meet: late, of other types, as variants. */
const meeting = fc.dictionary(keys, value, { maxKeys: 4 }) as fc.Arbitrary<Document>;

const cases: fc.Arbitrary<Case> = fc.record({
  units: fc.array(
    fc.record({
      table: fc.constantFrom("one", "two"),
      documents: fc.array(fc.oneof({ weight: 4, arbitrary: meeting }, { weight: 1, arbitrary: randomDocument() }), { maxLength: 12 }),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  format: fc.constantFrom("parquet", "csv", "jsonl"),
  rotation: fc.constantFrom<Rotation>({}, { bufferMaxItems: 2 }, { fileMaxItems: 3 }, { bufferMaxItems: 1, fileMaxItems: 2 }),
  schema: fc.constantFrom(...schemas()),
});

test("two and three threads make the files, names, schema and findings that one makes", { timeout: 600_000 }, async () => {
  const taken = { over: 0 };
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const expected = await outcome(one, undefined);
      for (const count of [2, 3]) expect(await outcome(one, threadsOf(one, count, taken))).toEqual(expected);
    }),
    { numRuns: Number(process.env["LEAT_RUNS"] ?? 40) },
  );
  expect(taken.over).toBeGreaterThan(20);
});

test("threads that break off, or fail, leave their units to this one", async () => {
  const [schema] = schemas();
  const units = Array.from({ length: 5 }, (_, unit) => ({ table: "one", documents: [{ a: unit }, { [`b${unit}`]: "x" }] }));
  const one: Case = { units, format: "parquet", rotation: {}, schema: schema! };
  const expected = await outcome(one, undefined);
  for (const breaksOff of [true, false]) {
    let asked = 0;
    const start = (): UnitThread => {
      let isAlive = true;
      const run: UnitThread["run"] = async () => {
        asked += 1;
        isAlive = !breaksOff;
        return undefined;
      };
      return {
        get isAlive() {
          return isAlive;
        },
        run,
        end: async () => {},
      };
    };
    expect(await outcome(one, { ...threadsOf(one, 2, { over: 0 }), start })).toEqual(expected);
    expect(asked).toBe(breaksOff ? 2 : 5);
  }
});

function schemas(): readonly SchemaDocument[] {
  const bare = ["one", "two"].reduce((schema, name) => mergeTable(schema, { name, columns: {} }), newSchema("shop"));
  const typed = mergeTable(bare, {
    name: "one",
    columns: { a: { name: "a", data_type: "bigint" }, c: { name: "c", data_type: "double" }, e: { name: "e", nullable: true } },
  });
  const required = mergeTable(typed, { name: "two", columns: { a: { name: "a", nullable: false } } });
  return [bare, bare, typed, required];
}

/** All that a package becomes: or what it fails of. */
async function outcome({ units, format, rotation, schema }: Case, threads: NormalizeThreads | undefined): Promise<unknown> {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), "leat-threads-"));
  try {
    const extracted = new PackageFolder(dir, join(dir, "extracted"), loadId).create();
    const target = new PackageFolder(dir, join(dir, "target"), loadId).create();
    let row = 0;
    for (const [index, { table, documents }] of units.entries()) {
      const lines = documents.map((document) => `${encodeJson([{ ...document, _dlt_id: `row ${row++}` }])}\n`);
      const job = { table, fileId: numberedFileId(index, table), retry: 0, format: "typed-jsonl", isCompressed: false };
      writeFileSync(extracted.newJobPath(job), lines.join(""));
    }
    const shown: number[] = [];
    const result = await normalizePackage({
      extracted,
      target,
      schema,
      maxIdentifierLength: 40,
      caseSensitiveIdentifiers: false,
      weiPrecision: [38, 0],
      mergeStrategies: ["delete-insert"],
      jobFormats: formats(format),
      rotation,
      runtime: { nowMicros: () => 1_700_000_000_000_000, randomBytes } satisfies Pick<Runtime, "nowMicros" | "randomBytes">,
      threads,
      onProgress: (rows) => shown.push(rows),
    });
    expect(shown).toEqual([...new Set(shown)].sort((one, other) => one - other));
    const names = readdirSync(join(target.path, "new_jobs")).sort();
    const files = names.map((name) => [name, readFileSync(join(target.path, "new_jobs", name)).toString("base64")]);
    expect(readdirSync(target.path)).not.toContain("units");
    // As text: the order of keys counts.
    return { files, shown: shown.at(-1), result: JSON.stringify(result) };
  } catch (error) {
    if (error instanceof Error && error.constructor.name.includes("Assertion")) throw error;
    return String(error).replaceAll(dir, "");
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function formats(format: string): JobFormats {
  return jobFormatsOf(...formatArguments(format));
}

function formatArguments(format: string): NormalizeThreads["jobFormats"] {
  return [{ name: "test", capabilities: { ...minimalCapabilities, loaderFileFormats: [format] } }];
}

/** Units of threads that are none: they take turns in this one. */
function threadsOf({ format }: Case, count: number, taken: { over: number }): NormalizeThreads {
  const start = (task: ThreadTask): UnitThread => {
    const normalizer = new UnitNormalizer(structuredClone(task));
    let work: Promise<unknown> = Promise.resolve();
    const normalized = async (unit: UnitTask, onNews: (news: UnitNews) => void): Promise<NormalizedUnit | undefined> => {
      try {
        const done = await normalizer.normalize(structuredClone(unit), (news) => onNews(structuredClone(news)));
        taken.over += 1;
        return structuredClone(done);
      } catch {
        return undefined;
      }
    };
    const run: UnitThread["run"] = (unit, onNews) => {
      const done = normalized(unit, onNews);
      work = done;
      return done;
    };
    return { isAlive: true, run, end: async () => void (await work) };
  };
  return { count, start, jobFormats: formatArguments(format), minPackageBytes: 0, minUnitBytes: 0 };
}
