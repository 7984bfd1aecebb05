/** The data types of columns, as schema documents spell them. */
export const dataTypes = ["text", "double", "bool", "timestamp", "bigint", "binary", "json", "decimal", "wei", "date", "time"] as const;

export type DataType = (typeof dataTypes)[number];
