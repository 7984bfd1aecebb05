import { type Capabilities, minimalCapabilities } from "../../destination-kit/index.ts";

export const capabilities: Capabilities = {
  ...minimalCapabilities,
  // `typed-jsonl` is what dlt writes for SQLite, and what packages have that it left behind.
  loaderFileFormats: ["jsonl", "typed-jsonl"],
  caseSensitiveIdentifiers: false,
  maxIdentifierLength: 9999,
  keyedState: true,
  mergeStrategies: ["delete-insert", "scd2"],
  replaceStrategies: ["truncate-and-insert", "insert-from-staging"],
  decimalPrecision: [38, 9],
  weiPrecision: [38, 0],
  typedAggregates: false,
};
