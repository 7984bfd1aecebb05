/** The forms of a schema as text. */
export const schemaFormats = ["json", "yaml", "dbml", "dot", "mermaid", "typescript"] as const;
export type SchemaFormat = (typeof schemaFormats)[number];
