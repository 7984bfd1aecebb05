import { loadsTableName } from "../../schema/system-tables.ts";
import type { JobObserver, PackagePlan } from "../contract.ts";
import type { ExistingTables } from "./existing-tables.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import { partColumn } from "./system-tables.ts";

/** One of several transactions that store a package together. */
export interface PackagePart {
  /** In the note that it is done. */
  readonly name: string;
  /** What of the package it stores. */
  of(whole: PackagePlan): PackagePlan;
  /** False: it makes the tables for all jobs and loads none. */
  readonly loads: boolean;
  /** With it the package counts. */
  readonly isLast: boolean;
  /** What it keeps others away from, within the dataset. Default all of it. */
  readonly lockName?: string;
}

/** An earlier attempt may have stored it. */
export async function isPartDone(session: SqlTransactions, loadId: string, part: PackagePart, tables: ExistingTables): Promise<boolean> {
  const columns = (await tables.columnsOf([loadsTableName])).get(loadsTableName);
  return !part.isLast && columns?.includes(partColumn) === true && (await session.exists(session.statements.hasPart(loadId, part.name)));
}

export function tellOfDone({ jobs }: PackagePlan, observe: JobObserver | undefined): void {
  for (const job of jobs) observe?.started(job);
  for (const job of jobs) observe?.completed(job);
}
