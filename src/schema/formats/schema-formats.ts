/** The forms of a schema as text. */
export const schemaFormats = ["json", "yaml", "dbml", "dot", "mermaid", "typescript", "zod", "json-schema"] as const;
export type SchemaFormat = (typeof schemaFormats)[number];
