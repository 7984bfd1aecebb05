/** The data types of columns, as schema documents spell them. */
export const dataTypes = ["text", "double", "bool", "timestamp", "bigint", "binary", "json", "decimal", "wei", "date", "time"] as const;

/** The data type of a column. `bigint` has 64 bits, `wei` is an integer beyond them, `binary` is bytes, `json` what is kept together as JSON. */
export type DataType = (typeof dataTypes)[number];
