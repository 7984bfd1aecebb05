import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Decimal, formatSchema, type Pipeline, PlainDate, PlainDateTime, PlainTime, pipeline, Timestamp } from "../../src/index.ts";
import { mergeTypedTables, type TypedTable } from "../../src/schema/formats/merge-typed-tables.ts";
import { testDestinations } from "../destinations.ts";
import { randomDocument } from "../fuzz/random-documents.ts";
import { asJson, zodSchemas } from "../generated-code.ts";
import { tempDir } from "../temp-dir.ts";

const hints = {
  columns: { doc: { dataType: "json" }, wei: { dataType: "wei" }, naive: { timezone: false }, small: { precision: 16 } },
} as const;
const first = {
  id: 1,
  small: 5,
  text: "Ada",
  double: 1.5,
  yes: true,
  at: Timestamp.from("2024-05-01T10:00:00.123456Z"),
  naive: PlainDateTime.from("2024-05-01T10:00:00.5"),
  day: PlainDate.from("2024-05-01"),
  time: PlainTime.from("10:00:00.25"),
  bytes: new Uint8Array([1, 2, 255]),
  doc: { a: [1, 2] },
  price: new Decimal("1.50"),
  wei: new Decimal("1180591620717411303424"),
  lines: [{ amount: 1 }, { amount: 2.5 }],
};
const later = { id: 2, double: "nan", price: new Decimal("-12345678901234567890.123"), extra: [["x"]], at: new Date(0) };
const infinite = { id: 3, double: "-inf" };

for (const { name, create } of testDestinations) {
  const open = async (): Promise<Pipeline> =>
    pipeline({
      name: "kinds",
      destination: (await create()).destination(),
      datasetName: "kinds_data",
      pipelinesDir: tempDir(),
      progress: "none",
    });

  describe(`rows read from ${name}`, () => {
    test("have the types that are generated for them", async () => {
      await using p = await open();
      await p.run([first], { tableName: "kinds", primaryKey: "id", ...hints });
      await p.run([later, infinite], { tableName: "kinds" });
      const tables = mergeTypedTables(Object.values(p.schemas));
      expect(tables.map((table) => table.name)).toEqual(
        expect.arrayContaining(["kinds", "kinds__lines", "kinds__extra", "kinds__extra__list", "_dlt_loads", "_dlt_pipeline_state"]),
      );
      const used = new Set(tables.flatMap(({ columns }) => columns.flatMap(({ types }) => types)));
      expect([...used].sort()).toEqual(Object.keys(isOfType).sort());
      expect(await problemsOf(p, tables)).toEqual([]);
    });

    test("pass the zod schemas that are generated for them, and wrong ones do not", async () => {
      await using p = await open();
      await p.run([first, later, infinite], { tableName: "kinds", ...hints });
      const schemas = zodSchemas(formatSchema(p.defaultSchema!, "zod"));
      for (const [table, schema] of [
        ["kinds", "Kinds"],
        ["kinds__lines", "KindsLines"],
        ["_dlt_loads", "DltLoads"],
      ] as const) {
        const rows = await p.dataset().table(table).fetchAll();
        expect(rows.length).toBeGreaterThan(0);
        // Equal, too: nothing is stripped or changed.
        for (const row of rows) expect(schemas[schema]!.parse(row)).toEqual(row);
      }
      const [row] = await p.dataset().table("kinds").fetchAll();
      for (const wrong of [{ id: "1" }, { id: 1.5 }, { price: 1.5 }, { at: "2024-05-01T10:00:00Z" }, { double: "1" }, { _dlt_id: null }])
        expect(schemas["Kinds"]!.safeParse({ ...row, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
    });

    test("fit, as JSON, the JSON Schema that is generated for them, and wrong ones do not", async () => {
      await using p = await open();
      await p.run([first, later], { tableName: "kinds", ...hints });
      const document = z.fromJSONSchema(JSON.parse(formatSchema(p.defaultSchema!, "json-schema")));
      const kinds = await p.dataset().table("kinds").fetchAll();
      const lines = await p.dataset().table("kinds__lines").fetchAll();
      const loads = await p.dataset().table("_dlt_loads").fetchAll();
      expect(document.safeParse({ kinds: asJson(kinds), kinds__lines: asJson(lines), _dlt_loads: asJson(loads) })).toMatchObject({
        success: true,
      });
      const [row] = asJson(kinds) as object[];
      for (const wrong of [
        { id: "1" },
        { id: 1.5 },
        { price: 1.5 },
        { price: "much" },
        { at: "yesterday" },
        { day: "2024-05" },
        { time: "10" },
        { _dlt_id: null },
      ])
        expect(document.safeParse({ kinds: [{ ...row, ...wrong }] }).success, JSON.stringify(wrong)).toBe(false);
    });
  });

  test(`every value of random documents read from ${name} has its generated type`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(randomDocument(), { minLength: 1, maxLength: 10 }), async (documents) => {
        await using p = await open();
        await p.run(documents, { tableName: "documents" });
        expect(await problemsOf(p, mergeTypedTables(Object.values(p.schemas)), { integers: "bigint" })).toEqual([]);
      }),
      { numRuns: 6, seed: 4 },
    );
  });
}

type IsOfType = (value: unknown) => boolean;

const isOfType: { readonly [type: string]: IsOfType } = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  Timestamp: (value) => value instanceof Timestamp,
  Uint8Array: (value) => value instanceof Uint8Array,
  Decimal: (value) => value instanceof Decimal,
  PlainDate: (value) => value instanceof PlainDate,
  PlainTime: (value) => value instanceof PlainTime,
  PlainDateTime: (value) => value instanceof PlainDateTime,
};

/** Values that are not what their column says, columns that the types lack, and columns that are only there. */
async function problemsOf(p: Pipeline, tables: readonly TypedTable[], options?: { readonly integers: "bigint" }): Promise<string[]> {
  const dataset = options === undefined ? p.dataset() : p.dataset(options);
  const problems: string[] = [];
  for (const { name, columns } of tables) {
    const rows = (await dataset.table(name).fetchAll()) as Record<string, unknown>[];
    if (rows.length === 0) problems.push(`${name} has no rows`);
    for (const row of rows) {
      const names = columns.map((column) => column.name);
      if (Object.keys(row).sort().join() !== [...names].sort().join()) problems.push(`${name} has ${Object.keys(row)}, not ${names}`);
      for (const { name: column, types, isNullable } of columns) {
        const value = row[column];
        const isFine =
          value === null ? isNullable : types.some((type) => isOfType[type]!(value) || (type === "number" && typeof value === "bigint"));
        if (!isFine)
          problems.push(`${name}.${column} is ${types}${isNullable ? " or null" : ""}, and holds ${String(value)} (${typeof value})`);
      }
    }
  }
  return problems;
}
