import { type Capabilities, minimalCapabilities } from "../../destination-kit/index.ts";
import { mergeStrategies, replaceStrategies } from "../../schema/hint-options.ts";
import type { CustomDestinationOptions } from "./options.ts";

/** Formats that rows are read from. `typed-jsonl` is what dlt writes; leat finishes packages of it. */
const readable: readonly string[] = ["jsonl", "parquet", "typed-jsonl"];
const anyFormat: readonly string[] = [...readable, "csv", "insert_values"];

/** What becomes of rows is the function's business: it may merge and replace as the table says. */
export function capabilitiesOf(options: CustomDestinationOptions): Capabilities {
  const { batchSize, loaderFileFormat = "jsonl", namingConvention = "direct", maxTableNesting = 0 } = options;
  const formats = batchSize === 0 ? anyFormat : readable;
  return {
    ...minimalCapabilities,
    loaderFileFormats: [loaderFileFormat, ...formats.filter((format) => format !== loaderFileFormat)],
    readable: false,
    keepsRecords: false,
    caseSensitiveIdentifiers: true,
    maxIdentifierLength: 65536,
    mergeStrategies,
    replaceStrategies,
    namingConvention,
    ...(maxTableNesting === null ? {} : { maxTableNesting }),
  };
}
