import { createFlatten, type FlattenSettings } from "../src/normalize/flatten.ts";
import type { JsonValue } from "../src/schema/json-value.ts";
import { namingConvention } from "../src/schema/naming/naming-convention.ts";

/** A row that flattening gave; `parent` is null for the rows of documents. */
export interface PlacedRow {
  readonly table: string;
  readonly parent: string | null;
  readonly row: readonly (readonly [string, JsonValue])[];
}
/** All rows of a document. */
export function flattened(document: JsonValue, table: string, of: FlattenSettings): PlacedRow[] {
  const rows: PlacedRow[] = [];
  createFlatten(of)(document, table, (name, parent, row) => rows.push({ table: name, parent: parent ?? null, row: [...row] }) > 0);
  return rows;
}

/** Settings of a schema that says nothing; the ids of root rows are id1, id2, ... */
export function settings(): FlattenSettings {
  let made = 0;
  return {
    naming: namingConvention("snake_case"),
    loadId: "1",
    useBreakPath: true,
    maxNesting: () => undefined,
    isJsonColumn: () => false,
    isRootTable: () => false,
    propagation: () => [],
    rowId: () => `id${++made}`,
  };
}
