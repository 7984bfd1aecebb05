import { type Capabilities, minimalCapabilities } from "../../destination-kit/index.ts";

/** Those of dlt's dummy. Nothing is merged, as nothing is kept. */
export const capabilities: Capabilities = {
  ...minimalCapabilities,
  loaderFileFormats: ["jsonl", "parquet", "csv", "insert_values", "typed-jsonl"],
  readable: false,
  keepsRecords: false,
  caseSensitiveIdentifiers: true,
  maxIdentifierLength: 127,
  mergeStrategies: ["delete-insert", "upsert"],
  replaceStrategies: ["truncate-and-insert", "insert-from-staging", "staging-optimized"],
};
