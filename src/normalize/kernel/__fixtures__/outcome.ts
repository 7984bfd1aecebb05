import { mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Document, randomDocument } from "../../../../test/fuzz/random-documents.ts";
import { encodeJson } from "../../../core/json.ts";
import { minimalCapabilities } from "../../../destination-kit/capabilities.ts";
import { numberedFileId } from "../../../load-package/job-file.ts";
import { PackageFolder } from "../../../load-package/package-folder.ts";
import type { SchemaDocument } from "../../../schema/document.ts";
import { newSchema } from "../../../schema/new-schema.ts";
import { mergeTable } from "../../../schema/update.ts";
import { jobFormatsOf } from "../../job-format-of.ts";
import { normalizePackage } from "../../normalize-package.ts";
import type { NormalizeThreads } from "../../threads.ts";
import type { UnitsAhead } from "../../units-ahead.ts";

const loadId = "1700000000.000001";

/** A package to be normalized. */
export interface Case {
  /** Raw files: their lines, lists of rows as they are spelled, or all that stands there. */
  readonly units: readonly { readonly table: string; readonly lines: readonly (readonly string[] | string)[] }[];
  readonly schema: SchemaDocument;
  /** Of the raw files; default UTF-8. */
  readonly encoding?: "utf8" | "latin1";
  /** Of the destination; default false. */
  readonly caseSensitiveIdentifiers?: boolean;
}

interface OutcomeOptions {
  /** Undefined: without the kernel. */
  readonly chunkBytes?: number | undefined;
  readonly threads?: NormalizeThreads | undefined;
  /** Begins while the package is extracted. */
  readonly begin?: ((extracting: PackageFolder, schema: SchemaDocument) => Promise<UnitsAhead>) | undefined;
  readonly randomBytes?: (size: number) => Uint8Array;
  /** Of job files; default Parquet. */
  readonly format?: JobFileFormat;
}

export type JobFileFormat = "parquet" | "csv";

export function formatOnly(format: JobFileFormat): NormalizeThreads["jobFormats"] {
  return [{ name: "test", capabilities: { ...minimalCapabilities, loaderFileFormats: [format] } }];
}

/** Spellings of values, as raw files may have them. */
export const spellings: readonly string[] = [
  "0",
  "-0",
  "7",
  "-12",
  "1.5",
  "-0.0",
  "1.0",
  "100.00",
  "1e3",
  "1E-2",
  "1e400",
  "0.1e-5",
  "123456789012345678",
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775808",
  "-9223372036854775809",
  "123456789012345678901234567890",
  "0.30000000000000004",
  "3.141592653589793238462643",
  "3.141592653589793238462643e+0000",
  "1.5e-00007",
  "12345678901234567890.5",
  "1e22",
  "1e23",
  "0.99999999999999999999",
  "5e-324",
  "1.7976931348623157e308",
  "true",
  "false",
  "null",
  '""',
  '"x"',
  '"12"',
  '"a longer text that does not fit into sixteen bytes"',
  '"\\u0041\\n\\t\\"\\\\\\/\\b\\f\\r"',
  '"\\ud83d\\ude00"',
  '"\\ud83d"',
  '"\\ude00\\ud83d x"',
  '"\\uD83Dx"',
  '"é漢😀"',
  '"2024-01-02T03:04:05Z"',
  '"2024-02-30T03:04:05Z"',
  '"2024-01-02 03:04:05.123456789+05:30"',
  '"2024-01-02T03:04:05,5-00:30"',
  '"2024-01-02T03:04"',
  '"2024-01-02"',
  '"0001-01-01T00:00:00+23:59"',
  '"9999-12-31T23:59:59.999999Z"',
  '"\uf0271999-12-31T23:59:59+00:00"',
  '"\uf0271999-12-31"',
  '"\uf027"',
  '"\\uf0271999-12-31T23:59:59.5+00:00"',
  '"\uf0261.50"',
  '"\uf026x"',
  '"\uf02812-1"',
  '"\uf0282024-02-29"',
  '"\uf02aabc"',
  '"\uf02a0xff"',
  '"\uf02bAAEC"',
  '"\uf02c12"',
  '"\uf02d12:30:00"',
  '"\uf02901234567-89ab-cdef-0123-456789abcdef"',
  '"\uf02e1"',
  '"0x10"',
  '"yes"',
  "[]",
  "{}",
  "[ ]",
  "{ }",
  "[null]",
  "[[]]",
  "[{}]",
  "[1,2]",
  '["a"]',
  "[[1],[2]]",
  '[{"a":1},{"a":2}]',
  '{"b":1}',
  '{"b":{"c":"x"}}',
  "[[[1]]]",
  '{"list":[1]}',
  '[{"list":[1]},[2]]',
  '[{"value":1},2]',
  '[1,"x",2.5,true,null,{"a":1},[3]]',
  '{"a":[{"b":[{"c":1},{"c":2}]},{"b":[]}]}',
];
const spelled = fc.constantFrom(...spellings);
const keys = fc.constantFrom(
  '"a"',
  '"b"',
  '"c"',
  '"d"',
  '"eventful_key_of_some_length"',
  '"A"',
  '"a__b"',
  '"\\u0061"',
  '"é"',
  '"\\u00e9"',
  '"__proto__"',
  '"7"',
  '"_dlt_id"',
  '"value"',
  '"list"',
  '"a__v_text"',
  '"c__v_double"',
  '"fooBar"',
  '"foo_bar"',
  '""',
  '"q\\"q"',
  '"x y"',
  '"_dlt_load_id"',
  '"_dlt_root_id"',
  '"_dlt_list_idx"',
  '"d\\ud83d"',
);
const blank = fc.constantFrom("", "", "", " ", "\t", " \r");
const member = fc
  .tuple(blank, keys, blank, spelled, blank)
  .map(([one, key, two, value, three]) => `${one}${key}${two}:${one}${value}${three}`);
/** Few keys, so that columns meet: late, of other types, as variants, twice in a document. */
const meeting = fc.array(member, { maxLength: 6 }).map((members) => `{${members.join(",")}}`);
/** The usual keys in their usual order, with one strange thing now and then. */
const usual = fc
  .tuple(
    fc.integer(),
    fc.constantFrom('"x"', '"y\\n"', "null"),
    fc.option(member, { freq: 8 }),
    fc.array(fc.integer({ max: 9, min: 0 }), { maxLength: 3 }),
  )
  .map(
    ([a, b, more, list]) =>
      `{"a":${a},"b":${b},"c":1.5,"d":{"e":true,"f":"2024-01-02T03:04:05Z"},"l":[${list.map((i) => `{"i":${i},"t":[${i}]}`)}]${more ? `,${more}` : ""}}`,
  );
const random = randomDocument().map((document: Document) => encodeJson(document));
const row = fc.oneof(
  { weight: 60, arbitrary: usual },
  { weight: 6, arbitrary: meeting },
  { weight: 1, arbitrary: random },
  { weight: 1, arbitrary: spelled },
);
/** Rows that are alike but for one or two: most of them are the kernel's. */
const alike = fc
  .tuple(
    fc.array(fc.tuple(keys, fc.array(spelled, { minLength: 1, maxLength: 3 })), { maxLength: 5 }),
    fc.array(fc.nat(), { minLength: 15, maxLength: 30 }),
  )
  .map(([members, picks]) =>
    picks.map((pick) => `{${members.map(([key, values], at) => `${key}:${values[(pick >> at) % values.length]}`).join(",")}}`),
  );

/** Packages in which types flip, columns come late and keys meet. */
export const cases: fc.Arbitrary<Case> = fc.record({
  units: fc.array(
    fc.record({
      table: fc.constantFrom("one", "two"),
      lines: fc.array(fc.oneof(fc.array(row, { minLength: 8, maxLength: 16 }), alike), { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  schema: fc.constantFrom(...schemas()),
});

function schemas(): readonly SchemaDocument[] {
  const bare = ["one", "two"].reduce((schema, name) => mergeTable(schema, { name, columns: {} }), newSchema("shop"));
  const typed = mergeTable(bare, {
    name: "one",
    columns: {
      a: { name: "a", data_type: "bigint" },
      b: { name: "b", data_type: "json" },
      c: { name: "c", data_type: "decimal" },
      d: { name: "d", data_type: "text" },
      e: { name: "e", nullable: true },
    },
  });
  const required = mergeTable(typed, { name: "two", columns: { a: { name: "a", nullable: false } } });
  const shallow: SchemaDocument = {
    ...bare,
    normalizers: { ...bare.normalizers, json: { ...bare.normalizers.json, config: { max_nesting: 1 } } },
  };
  const handedDown: SchemaDocument = {
    ...bare,
    normalizers: {
      ...bare.normalizers,
      json: { ...bare.normalizers.json, config: { propagation: { root: { _dlt_id: "_dlt_root_id" } } } },
    },
  };
  const discards = mergeTable(bare, { name: "one", columns: {}, schema_contract: { columns: "discard_row", data_type: "discard_value" } });
  const frozen = mergeTable(typed, { name: "one", columns: {}, schema_contract: { columns: "evolve", data_type: "freeze" } });
  return [bare, bare, bare, typed, typed, required, shallow, handedDown, discards, frozen];
}

/** All that a package becomes: or what it fails of. */
export async function outcome(
  { units, schema, encoding = "utf8", caseSensitiveIdentifiers = false }: Case,
  { chunkBytes, threads, begin, randomBytes = sameBytes(), format = "parquet" }: OutcomeOptions,
): Promise<unknown> {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), "leat-kernel-"));
  let ahead: UnitsAhead | undefined;
  try {
    const extracting = new PackageFolder(dir, join(dir, "extracting"), loadId).create();
    const target = new PackageFolder(dir, join(dir, "target"), loadId).create();
    for (const [index, { table, lines }] of units.entries()) {
      const job = { table, fileId: numberedFileId(index, table), retry: 0, format: "typed-jsonl", isCompressed: false };
      writeFileSync(
        extracting.newJobPath(job),
        lines.map((rows) => (typeof rows === "string" ? rows : `[${rows.join(",")}]\n`)).join(""),
        encoding,
      );
    }
    ahead = await begin?.(extracting, schema);
    const extracted = new PackageFolder(dir, join(dir, "extracted"), loadId);
    renameSync(extracting.path, extracted.path);
    let shown = 0;
    const result = await normalizePackage({
      extracted,
      target,
      schema,
      maxIdentifierLength: 40,
      caseSensitiveIdentifiers,
      weiPrecision: [38, 0],
      mergeStrategies: ["delete-insert"],
      jobFormats: jobFormatsOf(...formatOnly(format)),
      threads,
      ahead,
      runtime: { nowMicros: () => 1_700_000_000_000_000, randomBytes },
      useKernel: chunkBytes !== undefined,
      kernelLimits: { minUnitBytes: 0, chunkBytes },
      onProgress: (rows) => {
        shown = rows;
      },
    });
    const names = readdirSync(join(target.path, "new_jobs")).sort();
    const files = names.map((name) => [name, readFileSync(join(target.path, "new_jobs", name)).toString("base64")]);
    // As text: the order of keys counts.
    return { files, shown, result: JSON.stringify(result) };
  } catch (error) {
    return String(error).replaceAll(dir, "");
  } finally {
    await ahead?.end();
    rmSync(dir, { recursive: true });
  }
}

/** The same bytes for each package. */
function sameBytes(): (size: number) => Uint8Array {
  let chance = 1;
  const next = (): number => {
    chance = (chance * 48_271) % 2_147_483_647;
    return chance & 255;
  };
  return (size) => Uint8Array.from({ length: size }, next);
}
