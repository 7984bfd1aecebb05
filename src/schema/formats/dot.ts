import type { ColumnSchema, SchemaDocument, TableSchema } from "../document.ts";
import { type Reference, referencesOf, shownColumns, shownTables } from "./references.ts";

/** A graph of Graphviz: a node per table with a line per column, an edge per link between columns. */
export function schemaDot(schema: SchemaDocument): string {
  const tables = shownTables(schema);
  const ports = new Map(tables.map((table) => [table.name, shownColumns(table).map((column) => column.name)]));
  const lines = [
    'graph [rankdir="LR", fontname="Helvetica"];',
    'node [shape="plain", fontname="Helvetica"];',
    'edge [arrowhead="crow", arrowtail="none", dir="both"];',
    ...tables.flatMap(node),
    ...referencesOf(schema).map((reference) => edge(reference, ports)),
  ];
  return [`digraph ${id(schema.name)} {`, ...lines.map((line) => `    ${line}`), "}"].join("\n").concat("\n");
}

function node(table: TableSchema): string[] {
  const tooltip = typeof table["description"] === "string" ? `tooltip=${id(table["description"])}, ` : "";
  return [
    `${id(table.name)} [${tooltip}label=<<table border="0" cellborder="1" cellspacing="0" cellpadding="4">`,
    `    <tr><td colspan="2" bgcolor="#dde6ed"><b>${html(table.name)}</b></td></tr>`,
    ...shownColumns(table).map((column, index) => `    ${row(column, index)}`),
    "</table>>];",
  ];
}

function row(column: ColumnSchema, index: number): string {
  const name = column["primary_key"] === true ? `<u>${html(column.name)}</u>` : html(column.name);
  const type = column.nullable === false ? `${column.data_type} <b>not null</b>` : column.data_type;
  return `<tr><td align="left" port="l${index}">${name}</td><td align="left" port="r${index}">${type}</td></tr>`;
}

/** From the row that is referred to, on the left of its table, to those that refer to it. */
function edge({ table, columns, referencedTable, referencedColumns }: Reference, ports: ReadonlyMap<string, readonly string[]>): string {
  const from = `${id(referencedTable)}:r${ports.get(referencedTable)!.indexOf(referencedColumns[0]!)}`;
  const to = `${id(table)}:l${ports.get(table)!.indexOf(columns[0]!)}`;
  return `${from} -> ${to};`;
}

function id(value: string): string {
  return `"${value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll(/\s*[\r\n]+\s*/g, " ")}"`;
}

function html(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
