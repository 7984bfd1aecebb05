import type { ColumnSchema, SchemaDocument, TableSchema } from "../document.ts";
import { type Reference, referencesOf, shownColumns, shownTables } from "./references.ts";

/** An entity relationship diagram of Mermaid, as Markdown pages draw it. */
export function schemaMermaid(schema: SchemaDocument): string {
  const lines = [...shownTables(schema).flatMap(entity), ...referencesOf(schema).map(relationship)];
  return ["erDiagram", ...lines.map((line) => `    ${line}`)].join("\n").concat("\n");
}

function entity(table: TableSchema): string[] {
  return [`${entityName(table.name)} {`, ...shownColumns(table).map((column) => `    ${attribute(column, table)}`), "}"];
}

function attribute(column: ColumnSchema, table: TableSchema): string {
  const isForeign = column["parent_key"] === true || column["root_key"] === true || isReferring(table, column.name);
  const keys = [
    ...(column["primary_key"] === true ? ["PK"] : []),
    ...(isForeign ? ["FK"] : []),
    ...(column["unique"] === true ? ["UK"] : []),
  ];
  const comment = typeof column["description"] === "string" ? ` ${quoted(column["description"])}` : "";
  return `${column.data_type} ${attributeName(column.name)}${keys.length === 0 ? "" : ` ${keys.join(", ")}`}${comment}`;
}

function isReferring(table: TableSchema, column: string): boolean {
  const references = (table["references"] ?? []) as readonly { readonly columns: readonly string[] }[];
  return references.some(({ columns }) => columns.includes(column));
}

/** Any number of rows of the left table to one of the right. */
function relationship({ table, referencedTable, kind }: Reference): string {
  const label = { parent: "nested in", root: "of root", load: "loaded by", declared: "refers to" }[kind];
  return `${entityName(table)} }o--|| ${entityName(referencedTable)} : ${quoted(label)}`;
}

function entityName(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? name : quoted(name);
}

/** Names of attributes cannot be quoted: letters, digits, `_`, `-`, brackets. */
function attributeName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}_\-[\]()]/gu, "_");
  return /^[\p{L}_*]/u.test(plain) ? plain : `_${plain}`;
}

function quoted(value: string): string {
  return `"${value.replaceAll('"', "'").replaceAll(/\s*[\r\n]+\s*/g, " ")}"`;
}
