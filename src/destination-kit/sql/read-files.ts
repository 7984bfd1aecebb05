import { completeColumns } from "../../schema/table.ts";
import type { LoadJob } from "../load-job.ts";
import { maxGroupFiles } from "./job-groups.ts";
import { findDuplicates } from "./merge-delete-insert.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import { type StagedChain, shapeOf } from "./staged-chain.ts";
import type { StagedTable } from "./staged-table.ts";

/** Each statement opens the files: below that a table in memory costs less. */
const minBytes = 64_000;

/**
 * The chain with its job files in place of staging tables: its statements read them once or twice, which costs less than to write the rows into tables of their
 * own first. Undefined where the database cannot, or where staged rows have to be changed: because two have one key, or some are flagged as deleted.
 */
export async function chainOfFiles(
  session: SqlTransactions,
  chain: StagedChain,
  jobs: readonly LoadJob[],
): Promise<StagedChain | undefined> {
  if (session.dialect.jobFiles === undefined || !chain.place.isPassing || isChanged(chain)) return undefined;
  if (bytesOf(chain, jobs) < minBytes) return undefined;
  const tables: StagedTable[] = [];
  for (const table of chain.tables) {
    const rows = table.hasJobs ? await rowsOfFiles(session, table, jobs) : undefined;
    if (table.hasJobs && rows === undefined) return undefined;
    tables.push(rows === undefined ? table : { ...table, staging: rows, isInFiles: true });
  }
  const read: StagedChain = { ...chain, tables, isOfFiles: true };
  const search = chain.strategy === "delete-insert" ? findDuplicates(shapeOf(read)) : undefined;
  return search !== undefined && (await session.driver.query(search)).length > 0 ? undefined : read;
}

function bytesOf({ tables }: StagedChain, jobs: readonly LoadJob[]): number {
  const names = new Set(tables.map((table) => table.schema.name));
  return jobs.reduce((sum, job) => sum + (names.has(job.table) ? job.bytes : 0), 0);
}

/** Flagged rows are taken out once they have had their say on those that are there. */
function isChanged(chain: StagedChain): boolean {
  return chain.strategy === "delete-insert" && shapeOf(chain).hardDelete !== undefined;
}

/** An expression for the rows as their table has them. Undefined where they do not lie in files of one format that the database reads, or in too many. */
async function rowsOfFiles(
  { dialect, driver, capabilities }: SqlTransactions,
  { schema }: StagedTable,
  all: readonly LoadJob[],
): Promise<string | undefined> {
  const jobs = all.filter((job) => job.table === schema.name);
  const isAlike = jobs.length <= maxGroupFiles && jobs.every((job) => job.format === jobs[0]!.format);
  const files = isAlike ? dialect.jobFiles?.(jobs) : undefined;
  if (files === undefined) return undefined;
  const fold = (name: string) => (capabilities.caseSensitiveIdentifiers ? name : name.toLowerCase());
  const present = new Set<string>();
  await driver.query(`SELECT * FROM ${files} LIMIT 0`, [], {
    onColumns: (columns) => columns.forEach(({ name }) => void present.add(fold(name))),
  });
  const columns = completeColumns(schema);
  const known = new Set(columns.map((column) => fold(column.name)));
  // What the table does not have must not be passed over: loading the file says so.
  if ([...present].some((name) => !known.has(name))) return undefined;
  const values = columns.map((column) => {
    const name = dialect.quoteIdentifier(column.name);
    return `CAST(${present.has(fold(column.name)) ? name : "NULL"} AS ${dialect.columnType(column)}) AS ${name}`;
  });
  return `(SELECT ${values.join(", ")} FROM ${files})`;
}
