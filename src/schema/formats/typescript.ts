import type { DataType } from "../data-type.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../document.ts";
import { shownColumns, shownTables } from "./references.ts";

/** An interface per table, with the types that rows have when they are read back: a module that compiles. */
export function schemaTypescript(schema: SchemaDocument): string {
  const names = new Set<string>();
  const interfaces = shownTables(schema).map((table) => tableInterface(table, distinct(interfaceName(table.name), names)));
  const imports = importsOf(schema);
  return [...(imports === undefined ? [] : [imports]), ...interfaces].join("\n\n").concat("\n");
}

const typeOf: { readonly [type in DataType]: string } = {
  text: "string",
  double: "number",
  bool: "boolean",
  timestamp: "Timestamp",
  bigint: "number",
  binary: "Uint8Array",
  // As it is read back: no integer in it may be rounded.
  json: "string",
  decimal: "Decimal",
  wei: "Decimal",
  date: "PlainDate",
  time: "PlainTime",
};

function tableInterface(table: TableSchema, name: string): string {
  const about = `Table \`${table.name}\`.${typeof table["description"] === "string" ? ` ${table["description"]}` : ""}`;
  return [`/** ${comment(about)} */`, `export interface ${name} {`, ...shownColumns(table).flatMap(property), "}"].join("\n");
}

function property(column: ColumnSchema): string[] {
  const type = typeName(column);
  const about = typeof column["description"] === "string" ? [`  /** ${comment(column["description"])} */`] : [];
  return [...about, `  ${key(column.name)}: ${column.nullable === false ? type : `${type} | null`};`];
}

function typeName({ data_type: type, timezone }: ColumnSchema & { readonly timezone?: unknown }): string {
  return type === "timestamp" && timezone === false ? "PlainDateTime" : typeOf[type!];
}

function importsOf(schema: SchemaDocument): string | undefined {
  const used = new Set(shownTables(schema).flatMap((table) => shownColumns(table).map(typeName)));
  const named = ["Decimal", "PlainDate", "PlainDateTime", "PlainTime", "Timestamp"].filter((type) => used.has(type));
  return named.length === 0 ? undefined : `import type { ${named.join(", ")} } from "leat";`;
}

/** `players_games` is `PlayersGames`, `_dlt_loads` is `DltLoads`. */
function interfaceName(table: string): string {
  const words = table.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return /^\p{L}/u.test(name) ? name : `Table${name}`;
}

/** Two tables may have names that differ in underscores only. What is imported has its names already. */
function distinct(name: string, taken: Set<string>): string {
  const isTaken = (tried: string): boolean => taken.has(tried) || Object.values(typeOf).includes(tried) || tried === "PlainDateTime";
  let tried = name;
  for (let number = 2; isTaken(tried); number++) tried = `${name}${number}`;
  taken.add(tried);
  return tried;
}

function key(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : JSON.stringify(name);
}

function comment(text: string): string {
  return text.replaceAll("*/", "* /").replaceAll(/\s*[\r\n]+\s*/g, " ");
}
