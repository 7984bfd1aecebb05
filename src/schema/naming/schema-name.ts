import type { Identifier } from "./identifier.ts";
import { namingConvention } from "./naming-convention.ts";

const schemaNaming = namingConvention("snake_case", { maxLength: 64 });

/** The name of a schema: always snake_case, at most 64 characters, whatever convention the schema itself follows. */
export function normalizeSchemaName(raw: string): Identifier {
  return schemaNaming.normalizeIdentifier(raw);
}
