import { type ConfigOf, type Field, field } from "../config/field.ts";
import { type ClosedSection, refuseUnknown } from "../config/refuse-unknown.ts";
import { type ResolveOptions, resolveConfig } from "../config/resolve.ts";
import { ConfigError } from "../core/errors.ts";
import type { AddedArrowColumns } from "../extract/arrow-rows.ts";
import type { RawFileLimits } from "../extract/raw-file.ts";
import { type CsvFormat, csvEncodings, csvQuotings, encodingErrors } from "../formats/csv/csv-format.ts";
import { canPack, compressions } from "../formats/parquet/compression.ts";
import { type ParquetFormat, parquetVersions, timestampUnits } from "../formats/parquet/parquet-format.ts";
import type { Rotation } from "../normalize/rotation.ts";

type FileFields = {
  readonly fileMaxItems: Field<number | undefined>;
  readonly fileMaxBytes: Field<number | undefined>;
};

const fileFields: FileFields = {
  fileMaxItems: field.optional(field.count("A file has so many rows at most; default no limit.")),
  fileMaxBytes: field.optional(field.count("A file ends when it has about so many bytes; default no limit.")),
};

type WriterFields = FileFields & {
  readonly bufferMaxItems: Field<number | undefined>;
  readonly disableCompression: Field<boolean | undefined>;
  readonly delimiter: Field<string>;
  readonly includeHeader: Field<boolean>;
  readonly quoting: Field<CsvFormat["quoting"]>;
  readonly lineterminator: Field<string>;
  readonly encoding: Field<string>;
  readonly encodingErrors: Field<CsvFormat["encodingErrors"]>;
  readonly onErrorContinue: Field<boolean>;
  readonly version: Field<ParquetFormat["version"]>;
  readonly compression: Field<string>;
  readonly dataPageSize: Field<number | undefined>;
  readonly rowGroupSize: Field<number | undefined>;
  readonly coerceTimestamps: Field<string>;
  readonly allowTruncatedTimestamps: Field<boolean>;
  readonly timestampTimezone: Field<string>;
  readonly flavor: Field<string | undefined>;
  readonly writePageIndex: Field<boolean>;
  readonly useContentDefinedChunking: Field<boolean>;
};

const writerFields: WriterFields = {
  ...fileFields,
  bufferMaxItems: field.optional(field.count("So many rows of a table wait in memory at most; default by their bytes.")),
  disableCompression: field.optional(
    field.flag("Job files of text are not compressed. If false, they are, with gzip. Default: as the destination has it."),
  ),
  delimiter: field.text("What stands between two fields of CSV: one ASCII character.", { default: "," }),
  includeHeader: field.flag("CSV files begin with the names of their columns.", { default: true }),
  quoting: field.oneOf("Which fields of CSV stand in quotes.", csvQuotings, { default: "quote_minimal" }),
  lineterminator: field.text("How lines of CSV end.", { default: "\n" }),
  encoding: field.text("Encoding of CSV.", { default: "utf-8", example: "latin-1" }),
  encodingErrors: field.oneOf("What becomes of characters that the encoding of CSV does not have.", encodingErrors, { default: "strict" }),
  onErrorContinue: field.flag("Lines of CSV that cannot be loaded are left out: leat has no such thing.", { default: false }),
  version: field.oneOf("Version of Parquet that readers have to know.", parquetVersions, { default: "2.4" }),
  compression: field.text("What pages of Parquet are packed with.", { default: "none", example: "snappy" }),
  dataPageSize: field.optional(field.count("A page of Parquet has about so many bytes; default as many as its column of a row group.")),
  rowGroupSize: field.optional(field.count("A row group of Parquet has so many rows at most; default by their bytes.")),
  coerceTimestamps: field.text("Unit of timestamps in Parquet.", { default: "us", example: "ms" }),
  allowTruncatedTimestamps: field.flag("Timestamps that the unit cannot hold are cut, in Parquet.", { default: false }),
  timestampTimezone: field.text("Zone of timestamps in Parquet: `UTC`, or empty for wall clocks.", { default: "UTC" }),
  flavor: field.optional(field.text("Parquet for old readers, such as `spark`: leat has none.")),
  writePageIndex: field.flag("Parquet with an index of its pages: leat writes none.", { default: false }),
  useContentDefinedChunking: field.flag("Pages of Parquet that end by their content: leat has none.", { default: false }),
};

type NormalizeFields = {
  readonly dataWriter: WriterFields;
  readonly parquetNormalizer: { readonly addDltLoadId: Field<boolean>; readonly addDltId: Field<boolean> };
};

const normalizeFields: NormalizeFields = {
  dataWriter: writerFields,
  parquetNormalizer: {
    addDltLoadId: field.flag("Arrow rows get the column `_dlt_load_id`.", { default: false }),
    addDltId: field.flag("Arrow rows get the column `_dlt_id`.", { default: false }),
  },
};

/** How files are written, as an operator may set it. Plain data: it may go to another thread. */
export interface WriterSettings {
  readonly rotation: Rotation;
  readonly csv: CsvFormat;
  readonly parquet: ParquetFormat;
  readonly rawLimits: RawFileLimits;
  readonly arrowColumns: AddedArrowColumns;
}

const closedSections: readonly ClosedSection[] = [
  { path: ["normalize", "data_writer"], known: Object.keys(writerFields) },
  { path: ["sources", "data_writer"], known: Object.keys(fileFields) },
  { path: ["data_writer"], known: Object.keys(writerFields) },
  { path: ["normalize", "parquet_normalizer"], known: Object.keys(normalizeFields.parquetNormalizer) },
  { path: ["parquet_normalizer"], known: Object.keys(normalizeFields.parquetNormalizer) },
];

/** What is in `[normalize.data_writer]`, for raw files `[sources.data_writer]`, and for both `[data_writer]`. Throws ConfigError for what leat cannot write. */
export async function resolveWriters(options: Omit<ResolveOptions<never>, "overrides" | "sections">): Promise<WriterSettings> {
  await refuseUnknown(closedSections, options);
  const { dataWriter, parquetNormalizer } = await resolveConfig(normalizeFields, { ...options, sections: ["normalize"] });
  const raw = await resolveConfig({ dataWriter: fileFields }, { ...options, sections: ["sources"] });
  return {
    rotation: dataWriter,
    csv: csvFormat(dataWriter),
    parquet: parquetFormat(dataWriter),
    rawLimits: raw.dataWriter,
    arrowColumns: parquetNormalizer,
  };
}

type Found = ConfigOf<WriterFields>;

function csvFormat({ delimiter, includeHeader, quoting, lineterminator, encoding, encodingErrors, onErrorContinue }: Found): CsvFormat {
  if (!/^[\t\x20-\x7e]$/.test(delimiter) || /["\\A-Za-z0-9]/.test(delimiter))
    throw refused("delimiter", delimiter, "It is one ASCII character: a tab or a sign, no quote, backslash, letter or digit.");
  if (lineterminator !== "\n" && lineterminator !== "\r\n")
    throw refused("lineterminator", lineterminator, "Lines end with a line feed, or with carriage return and line feed.");
  if (onErrorContinue)
    throw refused("on_error_continue", true, "leat writes the files that it loads: a line that cannot be loaded fails the load.");
  return { delimiter, includeHeader, quoting, lineTerminator: lineterminator, encoding: csvEncoding(encoding), encodingErrors };
}

function csvEncoding(encoding: string): CsvFormat["encoding"] {
  const name = encoding.toLowerCase().replace(/[_ ]/g, "-");
  const known = csvEncodings.find((each) => each === name || encodingNames[each].includes(name));
  if (known === undefined) throw refused("encoding", encoding, `leat writes ${csvEncodings.join(", ")}.`);
  return known;
}

const encodingNames: Readonly<Record<CsvFormat["encoding"], readonly string[]>> = {
  "utf-8": ["utf8"],
  "latin-1": ["latin1", "iso-8859-1", "iso8859-1", "8859", "l1"],
  ascii: ["us-ascii"],
};

function parquetFormat(found: Found): ParquetFormat {
  const { version, dataPageSize, rowGroupSize, allowTruncatedTimestamps } = found;
  if (found.flavor !== undefined && found.flavor !== "")
    throw refused("flavor", found.flavor, "leat writes Parquet as it is today; leave it out.");
  if (found.writePageIndex) throw refused("write_page_index", true, "leat writes no index of pages; leave it out.");
  if (found.useContentDefinedChunking) throw refused("use_content_defined_chunking", true, "Pages end by their size; leave it out.");
  if (dataPageSize === 0) throw refused("data_page_size", 0, "It is a count of bytes, 1 or more.");
  if (rowGroupSize === 0) throw refused("row_group_size", 0, "It is a count of rows, 1 or more.");
  const compression = compressions.find((each) => each === found.compression.toLowerCase());
  if (compression === undefined) throw refused("compression", found.compression, `leat packs Parquet with ${compressions.join(", ")}.`);
  if (!canPack(compression))
    throw refused("compression", compression, `Node ${process.version} has none: it came with Node 22.15. Take gzip or snappy.`);
  const timestampUnit = timestampUnits.find((each) => each === found.coerceTimestamps);
  if (timestampUnit === undefined) throw refused("coerce_timestamps", found.coerceTimestamps, `Parquet has ${timestampUnits.join(", ")}.`);
  if (timestampUnit === "ns" && version !== "2.6")
    throw refused("coerce_timestamps", "ns", `Parquet has nanoseconds since version 2.6, and \`version\` is ${version}.`);
  const isUtc = found.timestampTimezone === "UTC";
  if (!isUtc && found.timestampTimezone !== "")
    throw refused("timestamp_timezone", found.timestampTimezone, "Parquet knows UTC and, with an empty text, no zone.");
  return { version, compression, dataPageSize, rowGroupSize, timestampUnit, allowTruncatedTimestamps, isUtc };
}

function refused(key: string, value: unknown, advice: string): ConfigError {
  return new ConfigError(`\`${key}\` of \`[data_writer]\` cannot be ${JSON.stringify(value)}. ${advice}`);
}
