import { encodeJson } from "../../core/json-encode.ts";
import type { SchemaDocument } from "../document.ts";
import { oneOf } from "../given.ts";
import { schemaDbml } from "./dbml.ts";
import { schemaDot } from "./dot.ts";
import { externalDocument } from "./external-document.ts";
import { schemaJsonSchema } from "./json-schema.ts";
import { schemaMermaid } from "./mermaid.ts";
import { type SchemaFormat, schemaFormats } from "./schema-formats.ts";
import { schemaTypescript } from "./typescript.ts";
import { stringifyYaml } from "./yaml.ts";
import { schemaZod } from "./zod.ts";

export type { SchemaFormat };

/** How `formatSchema` writes. */
export interface FormatSchemaOptions {
  /** In JSON and YAML: leaves out what a reader fills in again, as in files for import. Default false. */
  readonly removeDefaults?: boolean;
}

/**
 * A schema as text: `"json"` and `"yaml"` are the whole document, as it is stored and as files for import have it; `"dbml"`, `"dot"` and `"mermaid"` are diagrams
 * of its tables. The other forms describe the rows of each table as they are read back: `"typescript"` is an interface, `"zod"` a schema of zod 4 and its type,
 * `"json-schema"` a JSON Schema of the rows as JSON. Throws ConfigError for another format.
 */
export function formatSchema(schema: SchemaDocument, format: SchemaFormat, { removeDefaults }: FormatSchemaOptions = {}): string {
  const known = oneOf("format", format, schemaFormats);
  switch (known) {
    case "json":
      return `${encodeJson(externalDocument(schema, { removeDefaults }), { pretty: true })}\n`;
    case "yaml":
      return stringifyYaml(externalDocument(schema, { removeDefaults }));
    case "dbml":
      return schemaDbml(schema);
    case "dot":
      return schemaDot(schema);
    case "mermaid":
      return schemaMermaid(schema);
    case "typescript":
      return schemaTypescript(schema);
    case "zod":
      return schemaZod(schema);
    case "json-schema":
      return schemaJsonSchema(schema);
    default:
      return known satisfies never;
  }
}
