import { parseJson } from "../core/json.ts";
import { type ColumnSchema, type SchemaDocument, schemaEngineVersion, type TableSchema } from "./document.ts";
import { migrateSchema, type StoredSchema } from "./migrations.ts";
import { relationalNormalizer } from "./new-schema.ts";

/** The schema was written by a newer dlt or leat: nobody can tell what it means. */
export class SchemaVersionTooNew extends Error {
  /** The engine version of the document. */
  readonly version: number;

  constructor(version: number, origin: string) {
    super(
      `The schema in ${origin} has engine version ${version}; this version of leat knows up to ${schemaEngineVersion}. Use a newer one.`,
    );
    this.version = version;
  }
}

/** What should be a schema document is none. */
export class SchemaUnreadable extends Error {
  constructor(origin: string, missing: string, options?: ErrorOptions) {
    super(`There is no schema in ${origin}: ${missing}.`, options);
  }
}

/**
 * The schema in a stored text, or in a document that was parsed already. Documents of older engines are migrated, and what may be left out is filled in.
 * `origin` says in errors where it came from. Throws SchemaVersionTooNew and SchemaUnreadable.
 */
export function readSchema(stored: string | object, origin: string): SchemaDocument {
  const document = typeof stored === "string" ? parse(stored, origin) : stored;
  const { engine_version: version } = document as { readonly engine_version?: unknown };
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1)
    throw new SchemaUnreadable(origin, `the engine version is missing, \`engine_version: ${schemaEngineVersion}\``);
  if (version > schemaEngineVersion) throw new SchemaVersionTooNew(version, origin);
  return withDefaults(migrateSchema(checked(document, origin), version));
}

function parse(text: string, origin: string): object {
  try {
    const document = parseJson(text);
    if (isObject(document)) return document;
  } catch (cause) {
    throw new SchemaUnreadable(origin, "the text is not JSON", { cause });
  }
  throw new SchemaUnreadable(origin, "the text is not a JSON object");
}

function checked(document: object, origin: string): StoredSchema {
  const { name, tables } = document as { readonly name?: unknown; readonly tables?: unknown };
  if (typeof name !== "string" || name === "") throw new SchemaUnreadable(origin, "the name is missing, `name`");
  if (!isObject(tables) || !Object.values(tables).every(isObject))
    throw new SchemaUnreadable(origin, "the tables are missing, `tables`, which may be `{}`");
  return document as StoredSchema;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withDefaults(schema: StoredSchema): SchemaDocument {
  const tables = Object.entries(schema.tables).map(([name, table]) => [name, withTableDefaults(name, table as Partial<TableSchema>)]);
  const missing = Object.entries(documentDefaults).filter(([key]) => !(key in schema));
  return { ...schema, tables: Object.fromEntries(tables), ...Object.fromEntries(missing) } as unknown as SchemaDocument;
}

const documentDefaults = {
  version: 1,
  version_hash: "",
  settings: {},
  normalizers: { names: "snake_case", json: { module: relationalNormalizer } },
  previous_hashes: [],
};

function withTableDefaults(name: string, table: Partial<TableSchema>): TableSchema {
  const columns = Object.entries(table.columns ?? {}).map(([column, hints]): [string, ColumnSchema] => [
    column,
    { ...hints, name: column },
  ]);
  const named = { ...table, name, columns: Object.fromEntries(columns) };
  if (table.parent !== undefined) return named;
  return { ...named, write_disposition: table.write_disposition ?? "append", resource: table.resource ?? name };
}
