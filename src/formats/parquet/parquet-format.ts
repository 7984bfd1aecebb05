import type { Compression } from "./compression.ts";

export const parquetVersions = ["1.0", "2.4", "2.6"] as const;
export const timestampUnits = ["ms", "us", "ns"] as const;

/** How Parquet files are written. */
export interface ParquetFormat {
  /** What readers have to know: up to "2.4" times in milliseconds and microseconds, from "2.6" on also in nanoseconds. */
  readonly version: (typeof parquetVersions)[number];
  readonly compression: Compression;
  /** A page ends when it has about so many bytes; undefined: a column of a row group is one page. */
  readonly dataPageSize: number | undefined;
  /** Rows of a row group at most; undefined: as many as are buffered. */
  readonly rowGroupSize: number | undefined;
  /** Of all timestamps. */
  readonly timestampUnit: (typeof timestampUnits)[number];
  /** A timestamp that the unit cannot hold is cut; else it is refused. */
  readonly allowTruncatedTimestamps: boolean;
  /** False: all timestamps are wall clocks, of UTC. */
  readonly isUtc: boolean;
}

export const defaultParquetFormat: ParquetFormat = {
  version: "2.4",
  compression: "none",
  dataPageSize: undefined,
  rowGroupSize: undefined,
  timestampUnit: "us",
  allowTruncatedTimestamps: false,
  isUtc: true,
};
