import type { CsvReading } from "../job-format.ts";

export const csvQuotings = ["quote_minimal", "quote_needed", "quote_all", "quote_none"] as const;
export const csvEncodings = ["utf-8", "latin-1", "ascii"] as const;
export const encodingErrors = ["strict", "replace", "ignore", "backslashreplace"] as const;

/** How CSV files are written. No value is an empty field without quotes, whatever is said here. */
export interface CsvFormat {
  /** One ASCII character. */
  readonly delimiter: string;
  readonly includeHeader: boolean;
  /** Quotes where they are needed; around all but numbers and booleans; around every value; nowhere: a text that needs them is refused. */
  readonly quoting: (typeof csvQuotings)[number];
  readonly lineTerminator: "\n" | "\r\n";
  readonly encoding: (typeof csvEncodings)[number];
  /** What becomes of characters that the encoding does not have. */
  readonly encodingErrors: (typeof encodingErrors)[number];
}

export const defaultCsvFormat: CsvFormat = {
  delimiter: ",",
  includeHeader: true,
  quoting: "quote_minimal",
  lineTerminator: "\n",
  encoding: "utf-8",
  encodingErrors: "strict",
};

/** What a reader of such a file with these columns has to be told; undefined when it is written as always. */
export function csvReading(format: CsvFormat, columns: readonly string[]): CsvReading | undefined {
  const { delimiter, includeHeader, lineTerminator, encoding } = format;
  const reading: CsvReading = {
    ...(delimiter === "," ? {} : { delimiter }),
    ...(lineTerminator === "\n" ? {} : { line_terminator: lineTerminator }),
    // Without other characters, UTF-8 is the same.
    ...(encoding === "latin-1" ? { encoding } : {}),
    ...(includeHeader ? {} : { columns }),
  };
  return Object.keys(reading).length === 0 ? undefined : reading;
}
