import { type Capabilities, minimalCapabilities } from "../../destination-kit/index.ts";

export const capabilities: Capabilities = {
  ...minimalCapabilities,
  loaderFileFormats: ["jsonl", "parquet", "csv", "insert_values"],
  compressesText: true,
  commit: "record",
  caseSensitiveIdentifiers: true,
  mergeStrategies: [],
  withoutMerge: "append",
  replaceStrategies: ["truncate-and-insert"],
};
