import type { DataType } from "../schema/data-type.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";

/** The columns that rows of the table get besides their own, in order: those that name rows and tie them together. */
export function systemColumns(
  schema: SchemaDocument,
  table: TableSchema,
  naming: Pick<NamingConvention, "normalizeIdentifier">,
): readonly (readonly [name: string, dataType: DataType])[] {
  const name = (column: string): string => naming.normalizeIdentifier(column);
  if (table.parent === undefined) {
    return [
      [name("_dlt_load_id"), "text"],
      [name("_dlt_id"), "text"],
    ];
  }
  return [
    ...inheritedColumns(schema, table),
    [name("_dlt_parent_id"), "text"],
    [name("_dlt_list_idx"), "bigint"],
    [name("_dlt_id"), "text"],
  ];
}

/** Those whose values come from the tables above. */
function inheritedColumns(schema: SchemaDocument, table: TableSchema): (readonly [name: string, dataType: DataType])[] {
  const parent = table.parent === undefined ? undefined : schema.tables[table.parent];
  if (parent === undefined) return [];
  const { root, tables } = schema.normalizers.json.config?.propagation ?? {};
  const copied = { ...(parent.parent === undefined ? root : {}), ...tables?.[parent.name] };
  const own = Object.entries(copied).map(([from, to]) => [to, parent.columns[from]?.data_type ?? "text"] as const);
  return [...inheritedColumns(schema, parent), ...own];
}
