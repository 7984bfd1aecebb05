import type { SchemaDocument } from "../schema/document.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";

/** The name of a table as it is stored. `orders__lines` keeps its separator, so that a resource can load a table that looks nested. */
export function normalizedTableName(rawName: string, schema: SchemaDocument, naming: NamingConvention): string {
  const breaksPath = schema.normalizers.use_break_path_on_normalize !== false;
  return breaksPath ? naming.normalizeTablesPath(rawName) : naming.normalizeTableIdentifier(rawName);
}
