import type { JobFileSize } from "../formats/job-format.ts";
import type { PackageJob } from "../load-package/package-folder.ts";
import type { ColumnSchema, SchemaDocument } from "../schema/document.ts";
import type { NameLog } from "./name-log.ts";

/** A table of a package, with the columns that its rows brought: those that the schema of the package does not have, in order. */
export interface BroughtTable {
  readonly name: string;
  /** Undefined for tables of documents. */
  readonly parent: string | undefined;
  readonly columns: readonly ColumnSchema[];
}

/** What a unit is one of. */
export interface UnitPackage {
  readonly loadId: string;
  readonly extractedPath: string;
  readonly schema: SchemaDocument;
}

/** A raw file to be normalized by itself, before it is known what the files before it bring. */
export interface UnitTask {
  readonly unit: PackageJob;
  /** Where its job files go. */
  readonly folder: string;
  /** What the files before it bring, as far as one knows. */
  readonly assumed: readonly BroughtTable[];
  /** Given where it is not that of the unit before. */
  readonly package?: UnitPackage | undefined;
}

/** What is known of a unit before its end. */
export interface UnitNews {
  readonly rows: number;
  /** All that it brought so far, besides what it was told to assume; undefined: as before. */
  readonly brought?: readonly BroughtTable[];
}

/** A unit that is normalized. Small: the rows are in the files. */
export interface NormalizedUnit {
  readonly rows: number;
  /** Those that got rows: the ones that were assumed, then the others in the order of their first rows. */
  readonly tables: readonly UnitTable[];
  readonly files: readonly UnitFile[];
  /** Job files are numbered from 0 to below this. */
  readonly fileNumbers: number;
  readonly names: NameLog;
}

/** A table, and the columns that this unit brought. */
export interface UnitTable extends BroughtTable {
  readonly rows: number;
  /** Columns that the unit was told to assume; undefined where it was not told of the table. */
  readonly assumed: readonly ColumnSchema[] | undefined;
  /** See `TableBuffer`. */
  readonly missed: readonly string[];
  /** It is wanted without rows, too. */
  readonly isMaterialized: boolean;
}

export type UnitFile = Pick<JobFileSize, "path" | "rows" | "csv">;
