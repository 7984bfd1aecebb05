import type { SchemaDocument } from "./document.ts";
import { countOf, given } from "./given.ts";
import type { SourceHints } from "./hint-options.ts";
import { storedContract } from "./hints.ts";

/** Takes over what a source declares for all its tables. What it does not say stays as it is stored. */
export function withSourceHints(schema: SchemaDocument, hints: SourceHints): SchemaDocument {
  const contract = given({ schema_contract: hints.schemaContract && storedContract(hints.schemaContract) });
  const config = given({ max_nesting: countOf("maxTableNesting", hints.maxTableNesting), root_key_propagation: hints.rootKey });
  return { ...withConfig(schema, config), settings: hasMembers(contract) ? { ...schema.settings, ...contract } : schema.settings };
}

function withConfig(schema: SchemaDocument, config: object): SchemaDocument {
  if (!hasMembers(config)) return schema;
  const { json } = schema.normalizers;
  return { ...schema, normalizers: { ...schema.normalizers, json: { ...json, config: { ...json.config, ...config } } } };
}

function hasMembers(object: object): boolean {
  return Object.keys(object).length > 0;
}
