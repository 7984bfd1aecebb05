import { dateTexts } from "./date-texts.ts";

/** What is known of a file when it is named. */
export interface FileNaming {
  readonly schemaName: string;
  readonly tableName: string;
  readonly loadId: string;
  readonly fileId: string;
  /** Format and compression: `jsonl.gz`. */
  readonly ext: string;
  /** When the load package was made, microseconds since 1970. */
  readonly packageMicros: number;
  /** The time that the placeholders of dates stand for. */
  readonly micros: number;
}

/** By name, without the braces. */
export const standardPlaceholders: ReadonlyMap<string, (file: FileNaming) => string> = new Map([
  ["schema_name", (file) => file.schemaName],
  ["table_name", (file) => file.tableName],
  ["load_id", (file) => file.loadId],
  ["file_id", (file) => file.fileId],
  ["ext", (file) => file.ext],
  ["timestamp", (file) => whole(file.micros, 1_000_000)],
  ["timestamp_ms", (file) => whole(file.micros, 1000)],
  ["load_package_timestamp", (file) => whole(file.packageMicros, 1_000_000)],
  ["load_package_timestamp_ms", (file) => whole(file.packageMicros, 1000)],
  ...Object.entries(dateTexts).map(([name, text]) => [name, (file: FileNaming) => text(file.micros)] as const),
]);

function whole(micros: number, unit: number): string {
  return String(Math.floor(micros / unit));
}
