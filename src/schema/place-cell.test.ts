import { describe, expect, it } from "vitest";
import { cellOfTagged } from "../../test/cells.ts";
import { readFixture, untagToJson } from "../../test/fixtures.ts";
import { coerceCell } from "./coerce.ts";
import type { DataType } from "./data-type.ts";
import type { JsonValue, PresentValue } from "./json-value.ts";
import { nameTest } from "./name-pattern.ts";
import { namingConvention } from "./naming/naming-convention.ts";
import { type PlacedCell, type PlaceSettings, placeCell } from "./place-cell.ts";

interface StoredColumn {
  readonly name: string;
  readonly data_type: DataType;
  readonly variant?: boolean;
}
interface InferVector {
  readonly input: unknown;
  readonly row?: Readonly<Record<string, unknown>>;
  readonly columns?: Readonly<Record<string, StoredColumn>>;
  readonly error?: string;
}
interface CoerceVector {
  readonly column_type: DataType;
  readonly input: unknown;
  readonly column?: string;
  readonly value?: unknown;
  readonly new_column?: StoredColumn;
  readonly error?: string;
}
interface HintsVector {
  readonly preferred_types: Readonly<Record<string, DataType>>;
  readonly input: Readonly<Record<string, unknown>>;
  readonly row: Readonly<Record<string, unknown>>;
  readonly columns: Readonly<Record<string, StoredColumn>>;
}
const fixture = readFixture<{
  readonly infer: readonly InferVector[];
  readonly coerce: readonly CoerceVector[];
  readonly hints: readonly HintsVector[];
}>("types.json");

const beyondInt64 = "dlt calls an integer beyond 64 bits a bigint, and the load fails; here it is wei, or text when wei cannot hold it";
const beyondTime = "dlt crashes on a Unix time that the C library refuses; here it does not fit";
const uuidObject = "dlt refuses UUID objects here; its extraction makes text of them before, so that this never happens";
const jsonNull = "dlt stores NULL for the JSON text `null`; here it stays a JSON null, since a value that is there gives a cell";

interface Difference {
  readonly because: string;
  readonly column: string;
  readonly dataType: DataType;
  readonly value: unknown;
}
const text = (value: unknown): string => Object.values(value as object).join();
const int = (digits: string): { readonly $int: string } => ({ $int: digits });
const twoTo63 = "9223372036854775808";
const twoTo200 = "1606938044258990275541962092341162602522202993782792835301376";

/** Where leat differs from dlt, by name. */
const differences = new Map<string, Difference>([
  ...beyond64Bits("infer", "c", "c"),
  ...beyond64Bits("bigint", "c__v_wei", "c__v_text"),
  ...(["timestamp", "date", "time", "json"] as const).flatMap((type) => beyond64Bits(type, "c__v_wei", "c__v_text")),
  [key("bigint", { $float: "1e+20" }), { because: beyondInt64, column: "c__v_double", dataType: "double", value: { $float: "1e+20" } }],
  ...(["timestamp", "date"] as const).flatMap((type) =>
    ["9223372036854775807", "-9223372036854775808"].map((digits) => {
      return [key(type, int(digits)), { because: beyondTime, column: "c__v_bigint", dataType: "bigint", value: int(digits) }] as const;
    }),
  ),
  [key("json", "null"), { because: jsonNull, column: "c", dataType: "json", value: null }],
  ...[...new Set(["infer", ...fixture.coerce.map(({ column_type }) => column_type)])].map((type) => {
    const value = { $uuid: "12345678-1234-5678-1234-567812345678" };
    const fits = type === "infer" || type === "text";
    return [key(type, value), { because: uuidObject, column: fits ? "c" : "c__v_text", dataType: "text", value: text(value) }] as const;
  }),
]);

describe("a value in a table without columns", () => {
  it.each(fixture.infer.map((vector) => [JSON.stringify(vector.input), vector] as const))("%s", (_, vector) => {
    expect(place(vector.input, undefined)).toEqual(differing("infer", vector.input) ?? inferred(vector));
  });
});

describe.each([...new Set(fixture.coerce.map(({ column_type }) => column_type))])("a value for a %s column", (type) => {
  const vectors = fixture.coerce.filter(({ column_type }) => column_type === type);

  it.each(vectors.map((vector) => [JSON.stringify(vector.input), vector] as const))("%s", (_, vector) => {
    expect(place(vector.input, type)).toEqual(differing(type, vector.input) ?? coerced(vector));
  });
});

it("names no difference that the fixture does not have", () => {
  const keys = new Set([
    ...fixture.infer.map(({ input }) => key("infer", input)),
    ...fixture.coerce.map(({ column_type, input }) => key(column_type, input)),
  ]);
  expect([...differences.keys()].filter((name) => !keys.has(name))).toEqual([]);
});

it("covers every pair of column type and value", () => {
  expect(fixture.coerce).toHaveLength(11 * 68);
});

describe("the type that settings prefer", () => {
  it.each(fixture.hints)("decides over what is inferred", (vector) => {
    const settings = settingsOf({}, vector.preferred_types);
    for (const [column, value] of Object.entries(vector.input)) {
      const dataType = vector.columns[column]!.data_type;
      expect(placeCell(column, untagToJson(value) as PresentValue, settings)).toEqual({
        column,
        dataType,
        isVariant: false,
        cell: cellOfTagged(dataType, vector.row[column]),
      });
    }
  });
});

it("uses the json variant that an old dlt named complex", () => {
  const settings = settingsOf({ c: "text", c__v_complex: "json" }, {});
  expect(placeCell("c", true, settingsOf({ c: "bigint" }, {}))?.column).toBe("c__v_bool");
  expect(placeCell("c", { a: 1 }, settings)).toEqual({ column: "c", dataType: "text", isVariant: false, cell: '{"a":1}' });
  expect(placeCell("c", { a: 1 }, settingsOf({ c: "bigint", c__v_complex: "json" }, {}))).toMatchObject({
    column: "c__v_complex",
    cell: '{"a":1}',
  });
});

it("makes a variant of the variant when that does not take the value either", () => {
  const settings = settingsOf({ c: "double", c__v_text: "timestamp" }, {});
  expect(placeCell("c", "abc", settings)).toEqual({ column: "c__v_text__v_text", dataType: "text", isVariant: true, cell: "abc" });
});

function place(input: unknown, type: DataType | undefined): PlacedCell | undefined {
  const placed = placeCell("c", untagToJson(input) as PresentValue, settingsOf(type === undefined ? {} : { c: type }, {}));
  return placed?.cell instanceof Uint8Array ? { ...placed, cell: new Uint8Array(placed.cell) } : placed;
}

function settingsOf(columns: Readonly<Record<string, DataType>>, preferred: Readonly<Record<string, DataType>>): PlaceSettings {
  return {
    naming: namingConvention("snake_case"),
    detections: ["iso_timestamp"],
    coerce: coerceCell,
    nowMs: 0,
    dataType: (column) => columns[column],
    preferredType: (column) => Object.entries(preferred).find(([pattern]) => nameTest([pattern])(column))?.[1],
  };
}

function inferred({ row = {}, columns = {} }: InferVector): PlacedCell {
  const [column, value] = Object.entries(row)[0]!;
  const { data_type: dataType, variant = false } = columns[column]!;
  return { column, dataType, isVariant: variant, cell: cellOfTagged(dataType, value) };
}

function coerced({ column_type, column = "", value, new_column }: CoerceVector): PlacedCell {
  const dataType = new_column?.data_type ?? column_type;
  return { column, dataType, isVariant: new_column !== undefined, cell: cellOfTagged(dataType, value) };
}

function differing(type: string, input: unknown): PlacedCell | undefined {
  const difference = differences.get(key(type, input));
  if (difference === undefined) return undefined;
  const { column, dataType, value } = difference;
  return { column, dataType, isVariant: column !== "c", cell: cellOfTagged(dataType, value) };
}

function beyond64Bits(type: string, weiColumn: string, textColumn: string): (readonly [string, Difference])[] {
  return [
    [key(type, int(twoTo63)), { because: beyondInt64, column: weiColumn, dataType: "wei", value: int(twoTo63) }],
    [key(type, int(twoTo200)), { because: beyondInt64, column: textColumn, dataType: "text", value: twoTo200 }],
  ];
}

function key(type: string, input: JsonValue | unknown): string {
  return `${type} <- ${JSON.stringify(input)}`;
}
