import type { TableSchema } from "../../schema/document.ts";

/** A table, and the one where its new rows wait. */
export interface StagedTable {
  readonly schema: TableSchema;
  /** Quoted. */
  readonly target: string;
  /** Quoted; or an expression for its job files (`isInFiles`). */
  readonly staging: string;
  /** False: its staging table stays empty. */
  readonly hasJobs: boolean;
  /** True: its new rows are read from the job files, and there is no staging table. */
  readonly isInFiles?: boolean;
}
