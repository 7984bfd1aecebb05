import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../core/errors.ts";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { bumpSchema } from "../schema/bump.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { withoutProcessingHints } from "../schema/formats/external-document.ts";
import { SchemaUnreadable, SchemaVersionTooNew } from "../schema/read-schema.ts";
import { replaceContent } from "../schema/replace-content.ts";
import { parseSchemaFile, schemaFileText } from "../schema/schema-file.ts";
import { isSameNaming } from "../schema/schema-naming.ts";

export interface SchemaFilesOptions {
  readonly importSchemaPath?: string | undefined;
  readonly exportSchemaPath?: string | undefined;
}

/** A schema as the files of the import folder have it. */
export interface Imported {
  readonly schema: SchemaDocument | undefined;
  /** It took the place of the one that was stored. */
  readonly isReplaced: boolean;
}

/** The folders for schemas that people look at and edit: `<schema name>.schema.yaml`, or `.json` to read. */
export class SchemaFiles {
  readonly #importDir: string | undefined;
  readonly #exportDir: string | undefined;

  constructor({ importSchemaPath, exportSchemaPath }: SchemaFilesOptions) {
    this.#importDir = importSchemaPath === undefined ? undefined : resolve(importSchemaPath);
    this.#exportDir = exportSchemaPath === undefined ? undefined : resolve(exportSchemaPath);
  }

  /** The stored schema, or that of the import folder where its file is new or was changed since it was taken over. Throws ConfigError. */
  imported(name: string, stored: SchemaDocument | undefined): Imported {
    const file = this.#readImport(name);
    if (file === undefined || file.version_hash === stored?.imported_version_hash) return { schema: stored, isReplaced: false };
    if (stored === undefined) return { schema: { ...file, imported_version_hash: file.version_hash }, isReplaced: false };
    checkSameNaming(file, stored, `${this.#importDir}`);
    const schema = replaceContent(stored, file);
    return { schema, isReplaced: schema.version_hash !== stored.version_hash };
  }

  /** The schema of the import folder, to begin anew with. Throws ConfigError. */
  fresh(name: string): SchemaDocument | undefined {
    return this.imported(name, undefined).schema;
  }

  /** Writes the file of the import folder where there is none; the schema then counts as imported from it. Throws ConfigError. */
  linked(schema: SchemaDocument): SchemaDocument {
    const file = this.#newImport(schema);
    if (file === undefined) return schema;
    writeSchemaFile(this.#importDir!, file);
    return { ...schema, imported_version_hash: file.version_hash };
  }

  /** As `linked` gives it, and writes nothing. */
  asLinked(schema: SchemaDocument): SchemaDocument {
    const file = this.#newImport(schema);
    return file === undefined ? schema : { ...schema, imported_version_hash: file.version_hash };
  }

  /** Writes the schema to the export folder. Throws ConfigError. */
  export(schema: SchemaDocument): void {
    if (this.#exportDir === undefined) return;
    const isImport = this.#exportDir === this.#importDir;
    writeSchemaFile(this.#exportDir, isImport ? bumpSchema(withoutProcessingHints(schema)) : schema);
  }

  #newImport(schema: SchemaDocument): SchemaDocument | undefined {
    const isThere = this.#importDir === undefined || this.#readImport(schema.name) !== undefined;
    return isThere ? undefined : bumpSchema(withoutProcessingHints(schema));
  }

  #readImport(name: string): SchemaDocument | undefined {
    if (this.#importDir === undefined) return undefined;
    const found = ["yaml", "json"]
      .map((ending) => schemaPath(this.#importDir!, name, ending))
      .filter((path) => readText(path) !== undefined);
    if (found.length > 1)
      throw new ConfigError(`There are two files to import the schema \`${name}\` from: ${found.join(" and ")}. Delete one.`);
    return found.length === 0 ? undefined : readSchemaFile(found[0]!, name);
  }
}

/** The schema in a file of that name. Throws ConfigError that names the file. */
export function readSchemaFile(path: string | URL, name: string): SchemaDocument {
  const full = path instanceof URL || path.startsWith("file:") ? fileURLToPath(path) : resolve(path);
  const content = readText(full);
  if (content === undefined) throw new ConfigError(`There is no schema file ${full}.`);
  const schema = parseFile(content, full);
  if (schema.name === name) return schema;
  throw new ConfigError(
    `The schema in ${full} has the name \`${schema.name}\`, but that of the source is \`${name}\`: a schema has the name of its source.`,
  );
}

/** Tables that hold rows keep their names. Throws ConfigError. */
export function checkSameNaming(file: SchemaDocument, stored: SchemaDocument, origin: string): void {
  const [asked, known] = [file.normalizers.names, stored.normalizers.names];
  if (isSameNaming(asked, known)) return;
  throw new ConfigError(
    `The schema \`${stored.name}\` is stored with the naming convention \`${known}\`, but ${origin} says \`${asked}\`: tables that exist keep their names. ` +
      'Run once with refresh: "drop_sources" to begin anew.',
  );
}

function parseFile(content: string, path: string): SchemaDocument {
  try {
    return parseSchemaFile(content, path);
  } catch (cause) {
    if (cause instanceof SchemaUnreadable || cause instanceof SchemaVersionTooNew) throw new ConfigError(cause.message, { cause });
    throw cause;
  }
}

function readText(path: string): string | undefined {
  try {
    return readTextIfExists(path);
  } catch (cause) {
    throw new ConfigError(`The schema file ${path} cannot be read: ${(cause as Error).message}.`, { cause });
  }
}

function schemaPath(folder: string, name: string, ending: string): string {
  return join(folder, `${name}.schema.${ending}`);
}

/** A file that says the same already is left alone: editors and watchers notice changes only. */
function writeSchemaFile(folder: string, schema: SchemaDocument): void {
  const path = schemaPath(folder, schema.name, "yaml");
  const text = schemaFileText(schema, "yaml");
  try {
    mkdirSync(folder, { recursive: true });
    if (readTextIfExists(path) !== text) writeFileAtomic(path, text);
  } catch (cause) {
    throw new ConfigError(`The schema \`${schema.name}\` cannot be written to ${path}: ${(cause as Error).message}.`, { cause });
  }
}
