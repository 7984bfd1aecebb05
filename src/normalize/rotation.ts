/** When rows of a table are written, and when a job file ends and another begins. What is left out has no limit; memory has one anyway. */
export interface Rotation {
  /** So many rows of a table wait in memory at most. */
  readonly bufferMaxItems?: number | undefined;
  /** A file has so many rows at most. */
  readonly fileMaxItems?: number | undefined;
  /** A file ends when its rows had about so many bytes in memory. */
  readonly fileMaxBytes?: number | undefined;
  /** Not false: files of text are not compressed. */
  readonly disableCompression?: boolean | undefined;
}
