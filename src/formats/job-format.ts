import type { Cell } from "../schema/cell.ts";
import type { DataType } from "../schema/data-type.ts";
import type { TableMemory } from "./parquet/column-memory.ts";

/** A file format that job files are written in. Which one is chosen for each table: what its hints, the run and the config ask for, of what the destination loads. */
export interface JobFormat {
  /** As destinations name it, and the ending of the files. */
  readonly name: string;
  /** Files of it whose name ends in `.gz` are packed with gzip. */
  readonly isText: boolean;
  /** A flush writes so many rows at most; undefined: as many as there are. */
  readonly maxFlushRows?: number | undefined;
  /** True: its tables keep rows in the memory that they are given. Rows that are in it when they are flushed count, whoever put them there. */
  readonly usesMemory?: boolean | undefined;
  createTable(memory?: TableMemory): JobTable;
}

/**
 * The rows of one table on their way to files: cells are collected column by column and written out when they are many.
 * A table may have several rounds of `begin`, `flush` and `end`; its columns stay.
 */
export interface JobTable {
  /** True between `begin` and `end`. */
  readonly isOpen: boolean;
  /** Bytes that wait to be written. */
  readonly bufferedBytes: number;
  /** A column may come at any time, also between two flushes. */
  addColumn(column: JobColumn): CellBuffer;
  /** `newPath` is asked for the path of every file when it is begun: a format may need more than one for the rows until `end`. */
  begin(newPath: () => string): void;
  /** Writes out what was collected since the last flush: `rowCount` rows. */
  flush(rowCount: number): void;
  /** Ends the files and answers with all of them: at least one, with the columns of the table where there was no row. They are not synced. */
  end(): readonly JobFileSize[];
  /** Removes the file that is not ended yet. */
  abort(): void;
}

/** Takes values as they lie in memory elsewhere. They are not looked at. */
export interface ValueCopies {
  /** A text, in UTF-8. */
  setUtf8?(rowIndex: number, bytes: Uint8Array, from: number, to: number): void;
  /** Values of 8 bytes, the lowest first, for `count` rows from `rowIndex` on. */
  setWords?(rowIndex: number, bytes: Uint8Array, from: number, count: number): void;
}

/** Collects the cells of one column. */
export interface CellBuffer {
  /** For texts, integers and doubles; left out where cells are kept in another form than that of the column. */
  readonly copies?: ValueCopies | undefined;
  /**
   * The value of row `rowIndex` (counted since the last flush). Indexes rise; rows that are left out have no value.
   * Throws `CellRangeError`, and changes nothing, when the column cannot hold the cell.
   */
  set(rowIndex: number, cell: Cell): void;
}

/** The part of a stored column that decides how it is written. */
export interface JobColumn {
  readonly name: string;
  readonly data_type: DataType;
  readonly precision?: number | undefined;
  readonly scale?: number | undefined;
  readonly timezone?: boolean | undefined;
}

/** A file that is complete. */
export interface JobFileSize {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  /** Of a CSV file that is not written in the usual way. */
  readonly csv?: CsvReading | undefined;
}

/** What has to be known to read a CSV file, where it is not a comma, `\n`, UTF-8 or a header. Stored with the package, so with its spelling. */
export interface CsvReading {
  readonly delimiter?: string;
  readonly line_terminator?: "\r\n";
  readonly encoding?: "latin-1";
  /** Of a file without a header. */
  readonly columns?: readonly string[];
}
