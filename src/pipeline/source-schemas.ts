import { ConfigError } from "../core/errors.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { newSchema } from "../schema/new-schema.ts";
import { isSameNaming } from "../schema/schema-naming.ts";
import { hasSeenData } from "../schema/table.ts";
import { takeUp } from "../schema/take-up.ts";
import type { Emit } from "./events.ts";
import type { BuiltSource } from "./runnable.ts";
import { checkSameNaming, readSchemaFile, type SchemaFiles } from "./schema-files.ts";

export interface SourceSchemas {
  /** As it is stored now, or new. */
  readonly schema: SchemaDocument;
  /** What the source begins anew with. The same object as `schema` where nothing is stored. */
  readonly freshSchema: SchemaDocument;
}

export interface SchemaOrigins {
  readonly stored: SchemaDocument | undefined;
  readonly files: SchemaFiles;
  /** Of a schema that is in no file. */
  readonly naming: string;
  /** What the options of the pipeline say, if anything. */
  readonly askedNaming: string | undefined;
  readonly emit: Emit;
}

/** The schema of a source: stored, from the import folder, or new; with what the file of its author says on top. Throws ConfigError. */
export function sourceSchemas({ name, schemaFile }: BuiltSource, origins: SchemaOrigins): SourceSchemas {
  const { stored, files, naming, emit } = origins;
  const declared = schemaFile === undefined ? undefined : readSchemaFile(schemaFile.path, schemaFile.name);
  const withDeclared = (schema: SchemaDocument | undefined): SchemaDocument =>
    declared === undefined ? (schema ?? newSchema(name, { naming })) : takeUp(schema, declared, name);
  const freshSchema = withDeclared(files.fresh(name));
  checkNaming(freshSchema, stored, origins);
  if (stored === undefined) return { schema: freshSchema, freshSchema };
  const imported = files.imported(name, stored);
  if (imported.isReplaced) emit({ type: "warning", code: "schema-imported", message: replacedText(imported.schema!, stored) });
  if (declared !== undefined) checkSameNaming(declared, stored, String(schemaFile!.path));
  return { schema: withDeclared(imported.schema), freshSchema };
}

/** A convention that was asked for and that a file overrides would be ignored in silence. */
function checkNaming(fresh: SchemaDocument, stored: SchemaDocument | undefined, { askedNaming }: SchemaOrigins): void {
  if (stored !== undefined || askedNaming === undefined) return;
  const { names } = fresh.normalizers;
  if (isSameNaming(names, askedNaming)) return;
  throw new ConfigError(
    `The file of the schema \`${fresh.name}\` says naming convention \`${names}\`, the pipeline says \`${askedNaming}\`: leave one of them out.`,
  );
}

function replacedText(now: SchemaDocument, stored: SchemaDocument): string {
  const loaded = Object.values(stored.tables).filter(hasSeenData);
  const gone = loaded.filter((table) => !Object.hasOwn(now.tables, table.name)).map((table) => table.name);
  const lost = gone.length === 0 ? "" : ` Tables that hold rows and that it does not have: ${gone.join(", ")}.`;
  return `the import file of schema \`${now.name}\` was changed: it takes the place of the stored schema (version ${stored.version}).${lost}`;
}
