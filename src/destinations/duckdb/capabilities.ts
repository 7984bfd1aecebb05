import { type Capabilities, minimalCapabilities } from "../../destination-kit/index.ts";

export const capabilities: Capabilities = {
  ...minimalCapabilities,
  loaderFileFormats: ["parquet", "insert_values", "jsonl"],
  atomicPackages: true,
  caseSensitiveIdentifiers: false,
  maxIdentifierLength: 65536,
  mergeStrategies: ["delete-insert"],
  decimalPrecision: [38, 9],
  weiPrecision: [38, 0],
  timestampPrecision: 6,
  supportsTimezones: true,
  maxTextBytes: 1_073_741_824,
  acceptsMissingColumns: true,
};
