import { CellRangeError } from "../cell-range-error.ts";
import type { JobColumn } from "../job-format.ts";
import type { CsvFormat } from "./csv-format.ts";
import { type Encodable, encodableText } from "./encodable-text.ts";
import { type CsvNumbers, type FieldWriter, fieldWriter } from "./field-writer.ts";
import { minimalQuotes, type Quote, quoted } from "./quote-field.ts";

/** How the cells of a column are written to CSV files of that format. */
export function csvField(column: JobColumn, numbers: CsvNumbers, format: CsvFormat): FieldWriter {
  const quote = quotesOf(column.name, column.data_type === "json", format);
  if (column.data_type === "text" || column.data_type === "json") return fieldWriter(column, numbers, quote);
  const plain = fieldWriter(column, numbers);
  return isPlain(column, format) ? plain : (cell) => quote(plain(cell));
}

/** The name of a column in the first line. Undefined when the encoding does not have its characters. */
export function csvHeaderField(name: string, format: CsvFormat): string | undefined {
  const encoded = (encodableText(format) ?? asItIs)(name);
  if (encoded !== name) return undefined;
  return format.quoting === "quote_all" || format.quoting === "quote_needed" ? quoted(name) : minimalQuotes(format.delimiter)(name);
}

const asItIs: Encodable = (text) => text;

/** Texts of these are ASCII, without quotes and line ends. */
const numeric = ["bigint", "double", "decimal", "wei", "bool"];

/** True when texts are written as they are, but for quotes where they need them. */
export function isUsual({ encoding, quoting }: CsvFormat): boolean {
  return encoding === "utf-8" && quoting === "quote_minimal";
}

/** True when no cell of the column needs quotes. */
export function isPlain({ data_type }: JobColumn, { delimiter, quoting }: CsvFormat): boolean {
  if (quoting === "quote_all" || (quoting === "quote_needed" && !numeric.includes(data_type))) return false;
  return !/[-+.:\\]/.test(delimiter);
}

function quotesOf(column: string, isJson: boolean, format: CsvFormat): Quote {
  const { quoting, encoding, delimiter } = format;
  const encodable = encodableText(format);
  const inQuotes =
    quoting === "quote_none" ? withoutQuotes(column, delimiter) : quoting === "quote_minimal" ? minimalQuotes(delimiter) : quoted;
  if (encodable === undefined) return inQuotes;
  return (text) => {
    // JSON has a way of its own to write what is not there.
    const encoded = encodable(isJson ? escaped(text) : text);
    if (encoded !== undefined) return inQuotes(encoded);
    throw new CellRangeError({
      column,
      value: text,
      reason: `the text has characters that the encoding ${encoding} of CSV files does not have`,
      advice:
        "Set `encoding` of `[data_writer]` to utf-8, say with `encoding_errors` what to write instead, or change the value with .map().",
    });
  };
}

function escaped(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function withoutQuotes(column: string, delimiter: string): Quote {
  const inQuotes = minimalQuotes(delimiter);
  return (text) => {
    if (inQuotes(text) === text) return text;
    const what = text === "" ? "an empty text would be no value" : "the text has a delimiter, a quote or a line end";
    throw new CellRangeError({
      column,
      value: text,
      reason: `${what}, and CSV files are written without quotes (\`quoting\` is quote_none)`,
      advice:
        "Leave `quoting` of `[data_writer]` out, which writes quotes where they are needed, take another `delimiter` or file format, or change the value with .map().",
    });
  };
}
