import type { ConfigSpec } from "../../config/field.ts";
import type { Duration } from "../../core/duration.ts";
import type { FileFormat } from "../../schema/hint-options.ts";
import type { NewNamingName } from "../../schema/naming/naming-convention.ts";

/** How a function gets its rows, and what it needs to be told. */
export interface CustomDestinationOptions<Spec extends ConfigSpec = Record<never, never>> {
  /** What the function needs to be told, such as `{ token: field.secret("…") }`. Looked up under `destination.<name>` when a run begins. */
  readonly config?: Spec;
  /** Rows per call; 0 hands over the path of each file instead. Default 10. In config: `batch_size`, 1 or more. */
  readonly batchSize?: number;
  /** So many files are read at once, each with one call at a time; never more than `load.workers`. Default `load.workers`, which is 20. */
  readonly parallel?: number;
  /** `"table-sequential"`: the files of one table follow each other. `"sequential"`: all files do. Default `"parallel"`. */
  readonly loaderParallelismStrategy?: (typeof parallelismStrategies)[number];
  /** The format of the files. Default `"jsonl"`. Rows are read from `jsonl` and `parquet`; the others need a `batchSize` of 0. */
  readonly loaderFileFormat?: Exclude<FileFormat, "preferred">;
  /** Columns and tables that dlt and leat add (`_dlt_…`) are left out. Default true. In config: `skip_dlt_columns_and_tables`. */
  readonly skipDltColumns?: boolean;
  /** How names in the data become names of tables and columns, in new schemas. Default `"direct"`: they stay as they are. */
  readonly namingConvention?: NewNamingName;
  /** How deep documents are taken apart into nested tables. Default 0: lists stay in their row. `null`: as the source says. */
  readonly maxTableNesting?: number | null;
  /** A call that takes longer has failed. Default: no limit. */
  readonly timeout?: Duration;
}

export const parallelismStrategies = ["parallel", "table-sequential", "sequential"] as const;
