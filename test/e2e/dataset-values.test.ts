import { Decimal } from "decimal.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlainDate, PlainDateTime, PlainTime, resource, Timestamp } from "../../src/index.ts";
import { testDestinations } from "../destinations.ts";
import { datasetWorld } from "./dataset-world.ts";

const lastMicros = 253_402_300_799_999_999n;
const firstMicros = -62_135_596_800_000_000n;
const micros = fc.bigInt({ min: firstMicros, max: lastMicros });
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 5 });

/** Text without U+0000, which Postgres does not have, and without halves of a character. */
const text = fc.string({ unit: "binary", maxLength: 20 }).map((value) => value.replaceAll("\u0000", ""));
const decimal = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map((value) => new Decimal(`${value}e-9`));

const row = fc.record({
  big: orNull(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  small: orNull(fc.integer({ min: -32768, max: 32767 })),
  half: orNull(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
  amount: orNull(decimal),
  at: orNull(micros.map((value) => Timestamp.fromMicros(value))),
  naive: orNull(micros.map((value) => PlainDateTime.fromMicros(value))),
  day: orNull(fc.integer({ min: -719_162, max: 2_932_896 }).map((days) => PlainDate.fromDays(days))),
  clock: orNull(fc.integer({ min: 0, max: 86_399_999_999 }).map((value) => PlainTime.fromMicros(value))),
  is_ok: orNull(fc.boolean()),
  note: orNull(text),
  // Bytes of length 0 are loaded as null, as by dlt.
  bytes: orNull(fc.uint8Array({ minLength: 1, maxLength: 20 })),
});

const columns = {
  big: { dataType: "bigint" },
  small: { dataType: "bigint", precision: 16 },
  half: { dataType: "double" },
  amount: { dataType: "decimal" },
  at: { dataType: "timestamp" },
  naive: { dataType: "timestamp", timezone: false },
  day: { dataType: "date" },
  clock: { dataType: "time" },
  is_ok: { dataType: "bool" },
  note: { dataType: "text" },
  bytes: { dataType: "binary" },
} as const;

describe.each(testDestinations)("values, on $name", (destination) => {
  test("any rows that are loaded are read as the same values of the same types, in every way to read them", {
    timeout: 120_000,
  }, async () => {
    const world = await datasetWorld(destination);
    const p = world.pipeline();
    let round = 0;
    const property = fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (values) => {
      const tableName = `values_${round++}`;
      const rows = values.map((value, id) => ({ id, ...value }));
      await p.run(resource(tableName, { columns: { id: { dataType: "bigint" }, ...columns } }, rows));
      const names = Object.keys(rows[0]!);
      const table = p
        .dataset({ integers: "bigint" })
        .table(tableName)
        .select(...names)
        .orderBy("id");
      const expected = rows.map((one) => ({ ...one, id: BigInt(one.id), small: one.small === null ? null : BigInt(one.small) }));
      expect((await table.fetchAll()).map(shown)).toEqual(expected.map(shown));
      const batches: unknown[] = [];
      for await (const batch of table.batches(7)) batches.push(...batch.map(shown));
      expect(batches).toEqual(expected.map(shown));
      for (const name of names.filter((one) => one !== "id")) {
        const at = rows.findIndex((one) => one[name as "big"] !== null);
        const value = rows[at]?.[name as "big"];
        if (value === undefined) continue;
        const found = await table.where(name, "=", value).where("id", "=", at).count();
        expect([name, value, found]).toEqual([name, value, 1]);
      }
    });
    await fc.assert(property, { numRuns: 3 });
  });
});

/** With the type of each value, and its text: dates are not told apart by microseconds otherwise. */
function shown(row: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, `${typeOf(value)} ${textOf(value)}`]));
}

function typeOf(value: unknown): string {
  return value === null || typeof value !== "object" ? typeof value : value.constructor.name;
}

function textOf(value: unknown): string {
  if (value instanceof Timestamp) return value.toISOString();
  return Decimal.isDecimal(value) ? value.toFixed() : String(value);
}
