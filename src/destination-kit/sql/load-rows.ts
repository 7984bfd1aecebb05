import { DriverFailure } from "../../core/driver-failure.ts";
import { InternalError } from "../../core/errors.ts";
import type { JobObserver, PackagePlan } from "../contract.ts";
import type { LoadJob } from "../load-job.ts";
import { applyStaged, createStaging, endStaging, runStaged } from "./apply-staged.ts";
import type { JobStatement } from "./dialect.ts";
import type { SqlDriver } from "./driver.ts";
import { findIncomparable } from "./find-incomparable.ts";
import { jobFailure } from "./job-failure.ts";
import { groupJobs } from "./job-groups.ts";
import { chainOfFiles } from "./read-files.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import type { StagedChain } from "./staged-chain.ts";

interface RowsToLoad {
  readonly plan: PackagePlan;
  readonly observe: JobObserver | undefined;
  /** Others stay where they are. */
  readonly isPartial: boolean;
  /** Each file in a statement of its own, which then says what is wrong with it. */
  readonly alone: boolean;
  /** Its rows are in their table already. Default of none. */
  readonly isAdded?: ((job: LoadJob) => boolean) | undefined;
}

/** A statement over several job files failed, and does not say which of them it was. */
export class GroupFailure extends Error {}

/** Puts the rows of the jobs into their tables; those of chains by way of staging tables, or straight from the files where nothing has to be done to them before. */
export async function loadRows(session: SqlTransactions, work: RowsToLoad, planned: readonly StagedChain[]): Promise<void> {
  const { driver, stagingDataset } = session;
  const { plan, alone } = work;
  const chains: StagedChain[] = [];
  for (const chain of planned) chains.push((alone ? undefined : await ofFiles(session, chain, plan.jobs)) ?? chain);
  // Who may not create a dataset may still use one that is there.
  const hasDataset = stagingDataset !== undefined && (await driver.schemaExists(stagingDataset));
  await driver.script(createStaging(chains, { hasDataset }));
  const tables = chains.flatMap((chain) => chain.tables);
  const staging = new Map(tables.map((table) => [table.schema.name, table.staging]));
  const inFiles = new Set(tables.filter((table) => table.isInFiles).map((table) => table.schema.name));
  const toLoad = plan.jobs.filter((job) => !inFiles.has(job.table));
  for (const group of groupJobs(toLoad, { alone })) await loadGroup(session, work, { group, staging });
  for (const chain of chains) await moveStaged(session, work, chain);
  await driver.script(endStaging(chains));
}

async function ofFiles(session: SqlTransactions, chain: StagedChain, jobs: readonly LoadJob[]): Promise<StagedChain | undefined> {
  try {
    return await chainOfFiles(session, chain, jobs);
  } catch (error) {
    if (error instanceof DriverFailure) throw new GroupFailure();
    throw error;
  }
}

interface Group {
  readonly group: readonly LoadJob[];
  /** Where the rows of tables that are merged go first, by table. */
  readonly staging: ReadonlyMap<string, string>;
}

async function loadGroup(session: SqlTransactions, work: RowsToLoad, { group: all, staging }: Group): Promise<void> {
  const { destination, dialect, driver } = session;
  const { plan, observe, isPartial, isAdded = () => false } = work;
  const group = all.filter((each) => !isAdded(each));
  const [job] = all;
  if (job === undefined) return;
  const table = Object.hasOwn(plan.schema.tables, job.table) ? plan.schema.tables[job.table] : undefined;
  if (table === undefined) throw new InternalError(`Table \`${job.table}\` has a job but no schema.`);
  for (const each of all) observe?.started(each);
  try {
    if (group.length > 0) await runJobs(driver, await dialect.loadJobs(staging.get(job.table) ?? session.qualify(job.table), table, group));
  } catch (error) {
    if (group.length > 1) throw new GroupFailure();
    throw jobFailure(error, { destination, loadId: plan.loadId, job: group[0]!, isPartial });
  }
  for (const each of all) observe?.completed(each);
}

/** Neighbouring statements go in one round trip. */
export async function runJobs(driver: SqlDriver, statements: readonly JobStatement[]): Promise<void> {
  const waiting: string[] = [];
  for (const statement of statements) {
    if (typeof statement === "string") {
      waiting.push(statement);
      continue;
    }
    await driver.script(waiting.splice(0));
    if ("copy" in statement) await known(driver.copy).call(driver, statement.copy, statement.path);
    else await known(driver.insert).call(driver, statement.insert, statement.rows);
  }
  await driver.script(waiting);
}

function known<Method>(method: Method | undefined): Method {
  if (method === undefined) throw new InternalError("A dialect asks for what its driver cannot do.");
  return method;
}

async function moveStaged(session: SqlTransactions, { plan, observe, isPartial }: RowsToLoad, chain: StagedChain): Promise<void> {
  const { destination, driver, quotedDataset } = session;
  const tables = new Set(chain.tables.map((table) => table.schema.name));
  const jobs = plan.jobs.filter((job) => tables.has(job.table));
  const read = chain.isOfFiles ? jobs : [];
  for (const job of read) observe?.started(job);
  try {
    await refuseIncomparable(driver, chain);
    await runStaged(driver, applyStaged(chain, quotedDataset()));
  } catch (error) {
    if (chain.isOfFiles) throw new GroupFailure();
    const what =
      chain.tables[0]!.schema.write_disposition === "replace" ? "could not take the place of the old ones" : "could not be merged";
    throw jobFailure(error, { destination, loadId: plan.loadId, job: jobs[0]!, isPartial, during: `Its rows ${what}: ` });
  }
  for (const job of read) observe?.completed(job);
}

/** Rather than that an older row wins. */
async function refuseIncomparable(driver: SqlDriver, chain: StagedChain): Promise<void> {
  const asked = findIncomparable(chain);
  if (asked === undefined) return;
  const [found] = await driver.query<{ value: unknown }>(asked.sql);
  if (found === undefined) return;
  const message = `Column \`${asked.column}\`, which says the row to keep of those with one key (\`dedupSort\`), holds ${String(found.value)}, and the database does not compare decimals of so many digits. Take another column, or none: then the first row counts.`;
  throw new DriverFailure("statement", message);
}
