import { type Capabilities, minimalCapabilities } from "../../destination-kit/index.ts";

export const capabilities: Capabilities = {
  ...minimalCapabilities,
  loaderFileFormats: ["csv", "insert_values"],
  caseSensitiveIdentifiers: true,
  maxIdentifierLength: 63,
  keyedState: true,
  mergeStrategies: ["delete-insert", "upsert", "insert-only", "scd2"],
  replaceStrategies: ["truncate-and-insert", "insert-from-staging", "staging-optimized"],
  decimalPrecision: [38, 9],
  weiPrecision: [156, 78],
};
