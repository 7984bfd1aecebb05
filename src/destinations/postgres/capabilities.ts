import { type Capabilities, minimalCapabilities } from "../../destination-kit/index.ts";

export const capabilities: Capabilities = {
  ...minimalCapabilities,
  loaderFileFormats: ["csv", "insert_values"],
  caseSensitiveIdentifiers: true,
  maxIdentifierLength: 63,
  keyedState: true,
  mergeStrategies: ["delete-insert"],
  // The same here: a package is one transaction, so no reader sees the table empty.
  replaceStrategies: ["truncate-and-insert", "insert-from-staging"],
  decimalPrecision: [38, 9],
  weiPrecision: [156, 78],
};
