import type { DataType } from "./data-type.ts";
import { defaultHints } from "./default-hints.ts";
import type { ColumnSchema, SchemaDocument } from "./document.ts";

/** A column that data made: name, type, nullable, then the hints that the schema has for columns of this name. */
export function newColumn(schema: SchemaDocument, name: string, dataType: DataType): ColumnSchema {
  const hints = defaultHints(schema, name);
  const given = hints.filter((hint) => hint !== "not_null").map((hint) => [hint, true]);
  return { name, data_type: dataType, nullable: !hints.includes("not_null"), ...Object.fromEntries(given) };
}

/** A column for the values of another column that do not fit its type. */
export function newVariantColumn(schema: SchemaDocument, name: string, dataType: DataType): ColumnSchema {
  return {
    ...newColumn(schema, name, dataType),
    variant: true,
    description: "Values that did not fit the type of the column this one is named after",
  };
}

/** An incomplete column with the type that its first value gave it. What its hints say stays as it is. */
export function completeColumn(schema: SchemaDocument, column: ColumnSchema, dataType: DataType): ColumnSchema {
  return { ...column, ...missingIn(column, newColumn(schema, column.name, dataType)) };
}

function missingIn(column: ColumnSchema, inferred: ColumnSchema): object {
  return Object.fromEntries(Object.entries(inferred).filter(([hint]) => !(hint in column)));
}
