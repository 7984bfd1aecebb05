import type { LoadSession } from "../destination-kit/contract.ts";
import { UndefinedRelationError } from "../destination-kit/errors.ts";
import { openSchema } from "../load-package/open-documents.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { versionTableName } from "../schema/system-tables.ts";

/** The newest version of every schema of the dataset. */
export async function storedSchemas(session: LoadSession, workingDir: string): Promise<readonly SchemaDocument[]> {
  const schemas: SchemaDocument[] = [];
  for (const name of await schemaNames(session)) {
    const stored = await session.readSchema(name);
    if (stored !== undefined) schemas.push(openSchema(stored.json, workingDir, `The schema \`${name}\` in the destination`));
  }
  return schemas;
}

async function schemaNames(session: LoadSession): Promise<readonly string[]> {
  const sql = `SELECT DISTINCT schema_name AS name FROM ${session.qualifiedName(versionTableName)} ORDER BY 1`;
  try {
    return (await session.query<{ name: string }>(sql)).map((row) => row.name);
  } catch (error) {
    if (error instanceof UndefinedRelationError) return [];
    throw error;
  }
}
