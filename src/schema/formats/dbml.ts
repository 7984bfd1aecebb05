import type { ColumnSchema, SchemaDocument, TableSchema } from "../document.ts";
import { type Reference, referencesOf, shownColumns, shownTables } from "./references.ts";

/** DBML, as dbdiagram.io and its relatives draw it. Tables of one resource are a group. */
export function schemaDbml(schema: SchemaDocument): string {
  const tables = shownTables(schema);
  return [...tables.map(table), ...referencesOf(schema).map(reference), ...groups(schema, tables)].join("\n\n").concat("\n");
}

function table(shown: TableSchema): string {
  const note = typeof shown["description"] === "string" ? [`  Note: ${text(shown["description"])}`] : [];
  return [`Table ${name(shown.name)} {`, ...shownColumns(shown).map(column), ...note, "}"].join("\n");
}

function column(shown: ColumnSchema): string {
  const settings = [
    ...(shown["primary_key"] === true ? ["pk"] : []),
    ...(shown["unique"] === true ? ["unique"] : []),
    ...(shown.nullable === false ? ["not null"] : []),
    ...(typeof shown["description"] === "string" ? [`note: ${text(shown["description"])}`] : []),
  ];
  return `  ${name(shown.name)} ${dataType(shown)}${settings.length === 0 ? "" : ` [${settings.join(", ")}]`}`;
}

function dataType({ data_type: type, precision, scale }: ColumnSchema): string {
  if (precision === undefined || precision === null) return type!;
  return scale === undefined || scale === null ? `${type}(${precision})` : `${type}(${precision},${scale})`;
}

/** Several rows of a table may point to one row of the other. */
function reference({ table: from, columns, referencedTable, referencedColumns }: Reference): string {
  return `Ref: ${name(from)}.${key(columns)} > ${name(referencedTable)}.${key(referencedColumns)}`;
}

function key(columns: readonly string[]): string {
  return columns.length === 1 ? name(columns[0]!) : `(${columns.map(name).join(", ")})`;
}

function groups(schema: SchemaDocument, tables: readonly TableSchema[]): string[] {
  const byResource = new Map<string, string[]>();
  for (const shown of tables) {
    const resource = resourceOf(schema, shown);
    byResource.set(resource, [...(byResource.get(resource) ?? []), shown.name]);
  }
  return [...byResource].map(([resource, members]) =>
    [`TableGroup ${name(resource)} {`, ...members.map((one) => `  ${name(one)}`), "}"].join("\n"),
  );
}

function resourceOf(schema: SchemaDocument, shown: TableSchema): string {
  if (shown.name.startsWith("_dlt")) return "_dlt";
  const parent = shown.parent === undefined ? undefined : schema.tables[shown.parent];
  return parent === undefined ? (shown.resource ?? shown.name) : resourceOf(schema, parent);
}

/** A double quote cannot stand in a quoted name. */
function name(value: string): string {
  return `"${value.replaceAll('"', "'").replaceAll(/[\r\n]/g, " ")}"`;
}

function text(value: string): string {
  return `'${value
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "\\'")
    .replaceAll(/\s*[\r\n]+\s*/g, " ")}'`;
}
