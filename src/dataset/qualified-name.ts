import { namingConvention } from "../schema/naming/naming-convention.ts";

/** The full, quoted name of a table, as far as it is known without asking the database. A dataset gets its name there as a table gets its. */
export function qualifiedName(datasetName: string, table: string): string {
  const dataset = namingConvention("snake_case").normalizeTableIdentifier(datasetName);
  return [dataset, table].map((name) => `"${name.replaceAll('"', '""')}"`).join(".");
}
