import type { SchemaDocument, TableSchema } from "../document.ts";
import { shownColumns, shownTables } from "./references.ts";
import { docComment, importedTypes, propertyLines, readType, takenNames, typedColumn } from "./row-type.ts";

/** An interface per table, with the types that rows have when they are read back: a module that compiles. */
export function schemaTypescript(schema: SchemaDocument): string {
  const tables = shownTables(schema);
  const names = interfaceNames(tables);
  const imports = importedTypes(tables.flatMap((table) => shownColumns(table).map(readType)));
  const parts = tables.map((table) => tableInterface(table, names.get(table.name)!));
  return [...(imports.length === 0 ? [] : [`import type { ${imports.join(", ")} } from "leat";`]), ...parts].join("\n\n").concat("\n");
}

function tableInterface(table: TableSchema, name: string): string {
  const properties = shownColumns(table).flatMap((column) => propertyLines(typedColumn(column), "  "));
  return [tableComment(table), `export interface ${name} {`, ...properties, "}"].join("\n");
}

export function tableComment({ name, description }: TableSchema): string {
  return docComment(`Table \`${name}\`.${typeof description === "string" ? ` ${description}` : ""}`);
}

/** A name for the rows of each table: `players_games` is `PlayersGames`, `_dlt_loads` is `DltLoads`. Tables that differ in underscores only get numbers. */
export function interfaceNames(tables: readonly TableSchema[]): ReadonlyMap<string, string> {
  const taken = new Set(takenNames);
  return new Map(tables.map(({ name }) => [name, distinct(interfaceName(name), taken)]));
}

function interfaceName(table: string): string {
  const words = table.split(/[^\p{L}\p{Nd}]+/u).filter((word) => word !== "");
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return /^\p{L}/u.test(name) ? name : `Table${name}`;
}

function distinct(name: string, taken: Set<string>): string {
  let tried = name;
  for (let number = 2; taken.has(tried); number++) tried = `${name}${number}`;
  taken.add(tried);
  return tried;
}
