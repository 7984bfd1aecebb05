import type { DataType } from "../data-type.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../document.ts";
import { shownColumns, shownTables } from "./references.ts";
import { docComment, importedTypes, propertyName, readType } from "./row-type.ts";
import { interfaceNames, tableComment } from "./typescript.ts";

/** A module with a zod schema for the rows of each table, as they are read back, and its type under the same name. Needs zod 4. */
export function schemaZod(schema: SchemaDocument): string {
  const tables = shownTables(schema);
  const names = interfaceNames(tables);
  const columns = tables.flatMap(shownColumns);
  const imported = importedTypes(columns.map(readType));
  const head = [...(imported.length === 0 ? [] : [`import { ${imported.join(", ")} } from "leat";`]), 'import { z } from "zod";'];
  const used = new Set(columns.map(valueSchema));
  const own = Object.keys(ownSchemas).filter((name) => used.has(name));
  return [head.join("\n"), ...own.map((name) => ownSchemas[name]!), ...tables.map((table) => tableSchema(table, names.get(table.name)!))]
    .join("\n\n")
    .concat("\n");
}

/** What zod has not: z.number() refuses NaN and the infinities, and z.instanceof() loses types: of classes that cannot be constructed, and of all bytes but those in an ArrayBuffer. */
const ownSchemas: { readonly [name: string]: string } = {
  double: 'const double = z.custom<number>((value) => typeof value === "number", "Invalid input: expected number");',
  plainDate: instanceSchema("plainDate", "PlainDate"),
  plainDateTime: instanceSchema("plainDateTime", "PlainDateTime"),
  plainTime: instanceSchema("plainTime", "PlainTime"),
  uint8Array: instanceSchema("uint8Array", "Uint8Array"),
};

function instanceSchema(name: string, type: string): string {
  return `const ${name} = z.custom<${type}>((value) => value instanceof ${type}, "Invalid input: expected ${type}");`;
}

function tableSchema(table: TableSchema, name: string): string {
  const members = shownColumns(table).flatMap(member);
  const type = `export type ${name} = z.infer<typeof ${name}>;`;
  return [tableComment(table), `export const ${name} = z.object({`, ...members, "});", type].join("\n");
}

function member(column: ColumnSchema): string[] {
  const about = typeof column["description"] === "string" ? [`  ${docComment(column["description"])}`] : [];
  const value = `${valueSchema(column)}${column.nullable === false ? "" : ".nullable()"}`;
  return [...about, `  ${memberName(column.name)}: ${value},`];
}

/** Without brackets it would be the prototype of the object. */
function memberName(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : propertyName(name);
}

function valueSchema(column: ColumnSchema): string {
  const type = readType(column);
  const own = `${type[0]!.toLowerCase()}${type.slice(1)}`;
  return simple[column.data_type!] ?? (Object.hasOwn(ownSchemas, own) ? own : `z.instanceof(${type})`);
}

const simple: { readonly [type in DataType]?: string } = {
  text: "z.string()",
  double: "double",
  bool: "z.boolean()",
  bigint: "z.int()",
  json: "z.string()",
};
