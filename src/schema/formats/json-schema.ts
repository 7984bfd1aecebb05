import type { DataType } from "../data-type.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../document.ts";
import { shownColumns, shownTables } from "./references.ts";

/**
 * A JSON Schema (2020-12) of the data as JSON: an object with a list of rows for each table; the rows of a table are under `$defs`. It describes what
 * JSON.stringify makes of rows that are read back; bytes, for which it has no good form, as base64.
 */
export function schemaJsonSchema(schema: SchemaDocument): string {
  const tables = shownTables(schema);
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: schema.name,
    ...described(schema.description),
    type: "object",
    properties: Object.fromEntries(tables.map(({ name }) => [name, { type: "array", items: { $ref: reference(name) } }])),
    $defs: Object.fromEntries(tables.map((table) => [table.name, rowSchema(table)])),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function rowSchema(table: TableSchema): object {
  const columns = shownColumns(table);
  return {
    ...described(table["description"]),
    type: "object",
    properties: Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)])),
    required: columns.map(({ name }) => name),
  };
}

function columnSchema(column: ColumnSchema): object {
  const { type, ...rest } = isNaive(column) ? text(naiveDateTime) : jsonTypes[column.data_type!];
  return { ...described(column["description"]), type: column.nullable === false ? type : [type, "null"], ...rest };
}

interface JsonType {
  readonly type: string;
  readonly [keyword: string]: string;
}

const time = String.raw`\d\d:\d\d:\d\d(\.\d+)?`;
const naiveDateTime = String.raw`^[+-]?\d{4,}-\d\d-\d\dT${time}$`;
const number = String.raw`^(-?\d+(\.\d+)?(e[+-]?\d+)?|NaN|-?Infinity)$`;

const jsonTypes: { readonly [type in DataType]: JsonType } = {
  text: { type: "string" },
  double: { type: "number" },
  bool: { type: "boolean" },
  timestamp: { type: "string", format: "date-time" },
  bigint: { type: "integer" },
  binary: { type: "string", contentEncoding: "base64" },
  json: { type: "string", contentMediaType: "application/json" },
  decimal: text(number),
  wei: text(number),
  date: { type: "string", format: "date" },
  // The format `time` asks for an offset.
  time: text(`^${time}$`),
};

function text(pattern: string): JsonType {
  return { type: "string", pattern };
}

function isNaive({ data_type: type, timezone }: ColumnSchema & { readonly timezone?: unknown }): boolean {
  return type === "timestamp" && timezone === false;
}

function described(description: unknown): { readonly description?: string } {
  return typeof description === "string" ? { description } : {};
}

/** Names may have what means something in a JSON pointer, or in a URI. */
function reference(table: string): string {
  return `#/$defs/${encodeURIComponent(table.replaceAll("~", "~0").replaceAll("/", "~1"))}`;
}
