import { describe, expect, test } from "vitest";
import { readFixture, untag } from "../../../test/fixtures.ts";
import { encodeJson } from "../../core/json.ts";
import { type DataType, dataTypes } from "../../schema/data-type.ts";
import { detectionNames } from "../../schema/detections.ts";
import type { SchemaDocument } from "../../schema/document.ts";
import { namingNames } from "../../schema/naming/naming-convention.ts";
import { newSchema } from "../../schema/new-schema.ts";
import { mergeTable, type TableUpdate } from "../../schema/update.ts";
import { type Case, type JobFileFormat, outcome } from "./__fixtures__/outcome.ts";
import { shredCounts } from "./shred-unit.ts";

// Tests beside the reference hold it to what dlt made of these values. Here the kernel is held to the reference, with the same values.

interface NormalizerCase {
  readonly name: string;
  readonly table: string;
  readonly max_nesting: number | null;
  readonly input: unknown;
  readonly tables_before: Readonly<Record<string, TableUpdate>>;
  readonly normalizers: SchemaDocument["normalizers"];
}
interface Typed {
  readonly column_type: DataType;
  readonly input: unknown;
}

const documents = readFixture<{ readonly cases: readonly NormalizerCase[] }>("normalizer.json").cases;
const types = readFixture<{
  readonly infer: readonly { readonly input: unknown }[];
  readonly coerce: readonly Typed[];
  readonly timezone: readonly { readonly timezone_hint: boolean; readonly input: unknown }[];
  readonly hints: readonly {
    readonly preferred_types: Readonly<Record<string, DataType>>;
    readonly default_hints: Readonly<Record<string, readonly string[]>>;
    readonly input: unknown;
  }[];
}>("types.json");
const { texts } = readFixture<{ readonly texts: readonly { readonly text: string }[] }>("iso.json");
const { json_typed_decode: marked } = readFixture<{ readonly json_typed_decode: readonly { readonly text: string }[] }>(
  "ids_and_json.json",
);
const { conventions } = readFixture<{
  readonly conventions: Readonly<
    Record<string, { readonly by_max_length: { readonly none: readonly { readonly input: string; readonly identifier: string | null }[] } }>
  >;
}>("naming.json");

const shop = mergeTable(newSchema("shop"), { name: "t", columns: {} });

describe.each<JobFileFormat>(["parquet", "csv"])("the kernel makes of golden values what the reference makes, in %s", (format) => {
  test.each(documents.map((one) => [one.name, one] as const))("document: %s", async (_, one) => {
    const { table, input } = one;
    const asGiven = encodeJson(untag(input), { typed: true });
    // Rows that bring their id are for the reference, whatever else they are.
    const without = asGiven.replace(/,"_dlt_id":"ROOT"/, "");
    await expectEqual(schemaOf(one), table, [asGiven, without], format, one.name === "upsert_key_hash_str");
  });

  test.each(dataTypes)("values for columns of type %s", async (type) => {
    // What has more digits than columns is refused.
    const isBeyond = (input: unknown): boolean => type === "decimal" && /\d{39}/.test(spelled(untag(input)));
    const inputs = types.coerce.filter((one) => one.column_type === type && !isBeyond(one.input)).map(({ input }) => input);
    await expectColumns(inputs, { data_type: type }, format);
  });

  test("values of columns that have no type yet", async () => {
    await expectColumns(
      types.infer.map(({ input }) => input),
      {},
      format,
    );
  });

  test.each(detectionNames)("values of columns whose type %s finds", async (detection) => {
    const inputs = types.infer.map(({ input }) => input);
    await expectColumns(inputs, {}, format, { ...shop, settings: { ...shop.settings, detections: [detection] } });
  });

  test.each([true, false])("moments, timezone %s", async (timezone) => {
    const inputs = types.timezone.filter((one) => one.timezone_hint === timezone).map(({ input }) => input);
    await expectColumns(inputs, { data_type: "timestamp", timezone }, format);
  });

  test.each(["timestamp", "date", "time", undefined] as const)("texts that look like moments, in columns of type %s", async (type) => {
    // CSV does not have years beyond 1 to 9999, and these moments are there in UTC.
    const isBeyond = (text: string): boolean =>
      format === "csv" && ["0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00"].includes(text);
    const inputs = texts.map(({ text }) => text).filter((text) => !isBeyond(text));
    await expectColumns(inputs, type === undefined ? {} : { data_type: type }, format);
  });

  test.each(dataTypes)("texts with a mark, in columns of type %s", async (type) => {
    const rows = marked.map(({ text }) => JSON.stringify(text)).map(inOwnColumn);
    await expectEqual(columnsOf(rows.length, { data_type: type }), "t", rows, format);
  });

  test("hints for names", async () => {
    for (const { input, preferred_types, default_hints } of types.hints) {
      const settings = { ...shop.settings, preferred_types, default_hints: { ...shop.settings.default_hints, ...default_hints } };
      await expectEqual({ ...shop, settings } as SchemaDocument, "t", [encodeJson(untag(input), { typed: true })], format);
    }
  });

  test.each(namingNames)("keys, named by %s", async (naming) => {
    const keys = conventions[naming]!.by_max_length.none.filter(({ identifier }) => identifier !== null).map(({ input }) => input);
    const rows = keys.map((key) => encodeJson({ [key]: 1, o: { [key]: "x" }, l: [{ [key]: true }] }));
    await expectEqual(mergeTable(newSchema("shop", { naming }), { name: "t", columns: {} }), "t", rows, format);
  });
});

/** Each value in a column of its own. */
async function expectColumns(inputs: readonly unknown[], column: object, format: JobFileFormat, schema = shop): Promise<void> {
  const rows = inputs.map(untag).map(spelled).map(inOwnColumn);
  await expectEqual(columnsOf(rows.length, column, schema), "t", rows, format);
}

/** Raw files of others may have integers of any size. */
function spelled(value: unknown): string {
  return typeof value === "bigint" ? String(value) : encodeJson(value, { typed: true });
}

function inOwnColumn(value: string, index: number): string {
  return `{"c${index}":${value}}`;
}

function columnsOf(count: number, column: object, schema = shop): SchemaDocument {
  if (Object.keys(column).length === 0) return schema;
  const names = Array.from({ length: count }, (_, index) => `c${index}`);
  return mergeTable(schema, { name: "t", columns: Object.fromEntries(names.map((name) => [name, { name, nullable: true, ...column }])) });
}

function schemaOf({ table, tables_before: tables, normalizers, max_nesting, name }: NormalizerCase): SchemaDocument {
  const schema = { ...newSchema("shop"), normalizers };
  const settings = name === "preferred_json" ? { ...schema.settings, preferred_types: { "re:^blob$": "json" as const } } : schema.settings;
  const config = max_nesting === null ? normalizers.json.config : { ...normalizers.json.config, max_nesting };
  const json = { ...normalizers.json, ...(config === undefined ? {} : { config }) };
  const before = Object.values({ [table]: { name: table, columns: {} }, ...tables });
  return before.reduce((made: SchemaDocument, one) => mergeTable(made, one as TableUpdate & { name: string }), {
    ...schema,
    settings,
    normalizers: { ...normalizers, json },
  });
}

/** Rows stand there several times: the first time each is the reference's. */
async function expectEqual(
  schema: SchemaDocument,
  table: string,
  rows: readonly string[],
  format: JobFileFormat,
  isRefused = false,
): Promise<void> {
  const lines = rows.map((row) => Array.from({ length: 6 }, () => row));
  const one: Case = { schema, units: [{ table, lines }], caseSensitiveIdentifiers: true };
  const before = shredCounts.rows;
  const expected = await outcome(one, { format });
  expect(expected).toEqual(
    isRefused ? expect.stringMatching(/^ContractViolationError/) : expect.objectContaining({ files: expect.anything() }),
  );
  expect(shredCounts.rows).toBe(before);
  expect(await outcome(one, { format, chunkBytes: 4096 })).toEqual(expected);
  if (!isRefused) expect(shredCounts.rows).toBe(before + rows.length * 6);
}
