/** The forms of a schema as text. */
export const schemaFormats = ["json", "yaml", "dbml", "dot", "mermaid", "typescript", "zod", "json-schema"] as const;
/** One of these forms; what they are: `formatSchema`. */
export type SchemaFormat = (typeof schemaFormats)[number];
