import { type Capabilities, minimalCapabilities } from "../../destination-kit/index.ts";

export const capabilities: Capabilities = {
  ...minimalCapabilities,
  loaderFileFormats: ["parquet", "insert_values", "jsonl", "csv"],
  bytesText: "escapes",
  caseSensitiveIdentifiers: false,
  maxIdentifierLength: 65536,
  keyedState: true,
  early: true,
  mergeStrategies: ["delete-insert", "upsert", "insert-only", "scd2"],
  replaceStrategies: ["truncate-and-insert", "insert-from-staging"],
  decimalPrecision: [38, 9],
  weiPrecision: [38, 0],
};
