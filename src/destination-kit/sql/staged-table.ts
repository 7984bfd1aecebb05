import type { TableSchema } from "../../schema/document.ts";

/** A table, and the one where its new rows wait. */
export interface StagedTable {
  readonly schema: TableSchema;
  /** Quoted. */
  readonly target: string;
  /** Quoted. */
  readonly staging: string;
  /** False: its staging table stays empty. */
  readonly hasJobs: boolean;
}
