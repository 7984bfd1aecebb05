import type { Capabilities } from "../destination-kit/capabilities.ts";
import { UnsupportedError } from "../destination-kit/errors.ts";
import type { CsvFormat } from "../formats/csv/csv-format.ts";
import { csvJobs } from "../formats/csv/csv-jobs.ts";
import { insertValuesJobs } from "../formats/insert-values/insert-values-jobs.ts";
import type { JobFormat } from "../formats/job-format.ts";
import { jsonlJobs } from "../formats/jsonl/jsonl-jobs.ts";
import type { ParquetFormat } from "../formats/parquet/parquet-format.ts";
import { parquetJobs } from "../formats/parquet/parquet-jobs.ts";
import type { TableSchema } from "../schema/document.ts";
import type { FileFormat } from "../schema/hint-options.ts";
import { isSystemTable } from "../schema/system-tables.ts";

interface Target {
  readonly name: string;
  readonly capabilities: Capabilities;
}

/** What was asked for, in plain data: it may go to another thread. */
export interface AskedFormats {
  /** Of tables that do not say theirs; undefined is what the destination prefers. */
  readonly loaderFileFormat?: FileFormat | undefined;
  readonly csv?: CsvFormat | undefined;
  readonly parquet?: ParquetFormat | undefined;
}

/** The format of the job files of a table, by what it says or the table that it is nested in. */
export type JobFormats = (table: TableSchema | undefined, parentOf?: (table: TableSchema) => TableSchema | undefined) => JobFormat;

/**
 * The formats of job files: what a table or the table it is nested in says, then what was asked for, then what the destination prefers. Throws UnsupportedError
 * at once when that is one that it does not load, and later for such a table.
 */
export function jobFormatsOf(target: Target, asked: AskedFormats = {}): JobFormats {
  const formats = formatsFor(target, asked);
  // What leat writes of its own has values that not every setting can hold.
  const ofSystem = formatsFor(target, { loaderFileFormat: asked.loaderFileFormat });
  return (table, parentOf) => (table !== undefined && isSystemTable(table.name) ? ofSystem : formats)(storedFormat(table, parentOf));
}

function formatsFor(target: Target, asked: AskedFormats): (stored: FileFormat | undefined) => JobFormat {
  const preferred = jobFormatOf(target, "preferred", asked);
  const general = jobFormatOf(target, asked.loaderFileFormat, asked);
  return (stored) => (stored === undefined ? general : stored === "preferred" ? preferred : jobFormatOf(target, stored, asked));
}

/** The format called `wanted`; without it, or `preferred`, the first of those the destination loads that leat writes. Throws UnsupportedError. */
export function jobFormatOf(
  { name, capabilities }: Target,
  wanted: FileFormat = "preferred",
  { csv, parquet }: AskedFormats = {},
): JobFormat {
  const { loaderFileFormats } = capabilities;
  const writable = [parquetJobs(parquet), csvJobs(capabilities, csv), jsonlJobs(capabilities), insertValuesJobs(capabilities)];
  const loadable = loaderFileFormats.flatMap((format) => writable.find((each) => each.name === format) ?? []);
  const found = wanted === "preferred" ? loadable[0] : loadable.find((format) => format.name === wanted);
  if (found !== undefined) return found;
  if (loadable.length > 0) {
    throw new UnsupportedError(
      `Destination \`${name}\` does not load job files in the format \`${wanted}\`. It takes ${wordsOf(loadable.map((format) => format.name))}: name one of them, or leave it out.`,
      { destination: name },
    );
  }
  throw new UnsupportedError(
    `Destination \`${name}\` loads files in these formats: ${wordsOf(loaderFileFormats)}. leat writes these: ${wordsOf(writable.map((format) => format.name))}. ` +
      `Use another destination; as the author of this one, name one of leat's formats in the capability \`loaderFileFormats\` and load its files.`,
    { destination: name },
  );
}

/** Nested tables go with the table they are in, unless they say otherwise. */
function storedFormat(
  table: TableSchema | undefined,
  parentOf: (table: TableSchema) => TableSchema | undefined = () => undefined,
): FileFormat | undefined {
  if (table === undefined) return undefined;
  return (table["file_format"] as FileFormat | undefined) ?? storedFormat(parentOf(table), parentOf);
}

function wordsOf(formats: readonly string[]): string {
  return formats.join(", ") || "none";
}
