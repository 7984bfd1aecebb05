import type { ColumnSchema, Columns, SchemaDocument } from "./document.ts";
import { hasSeenData, isComplete } from "./table.ts";

/** What is of a type. */
const typeHints: readonly string[] = ["data_type", "precision", "scale", "timezone"];

/**
 * `schema` with the types that columns have in `made`, where rows of their tables are in packages already: a column that exists does not change its type.
 * `isRemade` names tables that begin anew. Same object when nothing changes.
 */
export function keepTypes(schema: SchemaDocument, made: SchemaDocument, isRemade: (table: string) => boolean): SchemaDocument {
  const kept = Object.values(schema.tables).flatMap((table) => {
    const before = Object.hasOwn(made.tables, table.name) ? made.tables[table.name]! : undefined;
    if (before === undefined || !hasSeenData(before) || isRemade(table.name)) return [];
    const columns = keepInColumns(table.columns, before.columns);
    return columns === table.columns ? [] : [[table.name, { ...table, columns }] as const];
  });
  return kept.length === 0 ? schema : { ...schema, tables: { ...schema.tables, ...Object.fromEntries(kept) } };
}

function keepInColumns(columns: Columns, made: Columns): Columns {
  const kept = Object.values(columns).flatMap((column) => {
    const before = Object.hasOwn(made, column.name) ? made[column.name]! : undefined;
    const isChanged = before !== undefined && isComplete(before) && isComplete(column) && before.data_type !== column.data_type;
    return isChanged ? [[column.name, withTypeOf(column, before)] as const] : [];
  });
  return kept.length === 0 ? columns : { ...columns, ...Object.fromEntries(kept) };
}

function withTypeOf(column: ColumnSchema, made: ColumnSchema): ColumnSchema {
  const hints = Object.entries(column).filter(([hint]) => !typeHints.includes(hint));
  const type = typeHints.filter((hint) => made[hint] !== undefined).map((hint) => [hint, made[hint]] as const);
  return Object.fromEntries([...hints, ...type]) as unknown as ColumnSchema;
}
