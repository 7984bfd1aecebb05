import { fileNameProblem } from "../core/file-name.ts";
import { IdentifierError } from "../schema/naming/identifier.ts";

export const schemaFileEnding = ".schema.json";

/** Throws IdentifierError: Windows has names that no file can have, such as `con` and `aux`. */
export function schemaFileName(name: string, platform?: NodeJS.Platform): string {
  const file = name + schemaFileEnding;
  const problem = fileNameProblem(file, platform);
  if (problem === undefined) return file;
  throw new IdentifierError({
    identifier: name,
    schemaName: name,
    problem: `cannot be that of a source or a schema: its file would be named after it, and the name ${problem}. Give the source another name`,
  });
}
