import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flattened, type PlacedRow, settings } from "../../test/flattened.ts";
import type { JsonObject, JsonValue } from "../schema/json-value.ts";

describe("for any document", () => {
  const name = fc.stringMatching(/^[a-z]{1,3}$/);
  const leaf = fc.oneof(
    fc.constant(null),
    fc.integer(),
    fc.boolean(),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
  );
  const { list, object } = fc.letrec<{ list: JsonValue[]; object: JsonObject; any: JsonValue }>((tie) => ({
    any: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie("list"), tie("object")),
    list: fc.array(tie("any"), { maxLength: 4 }),
    object: fc.dictionary(name, tie("any"), { maxKeys: 5, noNullPrototype: true }),
  }));

  it("joining the rows on their ids gives the document back", () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(leaf, list, object), { maxKeys: 6, noNullPrototype: true }), (document) => {
        const rows = flattened(document, "t", settings());
        expect(joined(rows)).toEqual(withoutEmpty(document));
      }),
      { numRuns: 300 },
    );
  });

  it("gives every row an id of its own, and every nested row a parent that came before", () => {
    fc.assert(
      fc.property(object, (document) => {
        const seen = new Set<JsonValue | undefined>();
        for (const { parent, row } of flattened(document, "t", settings())) {
          const columns = new Map(row);
          expect(seen.has(columns.get("_dlt_id"))).toBe(false);
          if (parent !== null) expect(seen.has(columns.get("_dlt_parent_id"))).toBe(true);
          seen.add(columns.get("_dlt_id"));
        }
      }),
    );
  });
});

/** The document of rows whose keys hold no separator: nested objects from column names, lists from nested tables. */
function joined(rows: readonly PlacedRow[]): JsonValue {
  const [root, ...nested] = rows;
  return rowValue(root!, nested);
}

function rowValue({ table, row }: PlacedRow, nested: readonly PlacedRow[]): JsonObject {
  const columns = new Map(row);
  const value: JsonObject = {};
  for (const [column, cell] of columns) if (!column.startsWith("_dlt")) setAt(value, column.split("__"), cell);
  const children = nested.filter((other) => new Map(other.row).get("_dlt_parent_id") === columns.get("_dlt_id"));
  for (const childTable of new Set(children.map((child) => child.table))) {
    const elements = children.filter((child) => child.table === childTable).map((child) => elementOf(rowValue(child, nested)));
    setAt(value, childTable.slice(table.length + 2).split("__"), elements);
  }
  return value;
}

/** Elements that are no objects lie under `value` and `list`. */
function elementOf(element: JsonObject): JsonValue {
  const [key, ...others] = Object.keys(element);
  return others.length === 0 && (key === "value" || key === "list") ? element[key]! : element;
}

function setAt(target: JsonObject, path: readonly string[], value: JsonValue): void {
  const [key = "", ...rest] = path;
  const members = target as Record<string, JsonValue>;
  if (rest.length === 0) {
    members[key] = value;
  } else {
    members[key] ??= {};
    setAt(members[key] as JsonObject, rest, value);
  }
}

/** What flattening cannot keep: empty lists and objects (of an element, that it was there is kept). */
function withoutEmpty(document: JsonObject): JsonObject {
  const kept = Object.entries(document).map(([key, value]) => [key, withoutEmptyMember(value)] as const);
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined)) as JsonObject;
}

function withoutEmptyMember(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(keptElement);
  if (typeof value !== "object" || value === null) return value;
  const kept = withoutEmpty(value as JsonObject);
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** Of an empty element stays that it was there. */
function keptElement(element: JsonValue): JsonValue {
  const kept = withoutEmptyMember(element);
  return kept === undefined ? {} : kept;
}
