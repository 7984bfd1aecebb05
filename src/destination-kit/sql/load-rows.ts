import { DriverFailure } from "../../core/driver-failure.ts";
import { InternalError } from "../../core/errors.ts";
import type { JobObserver, PackagePlan } from "../contract.ts";
import type { LoadJob } from "../load-job.ts";
import { applyStaged, createStaging, endStaging, runStaged } from "./apply-staged.ts";
import type { JobStatement } from "./dialect.ts";
import type { SqlDriver } from "./driver.ts";
import { findIncomparable } from "./find-incomparable.ts";
import { jobFailure } from "./job-failure.ts";
import { groupJobs, type JobBatch, JobBatches } from "./job-groups.ts";
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
  const batches = new JobBatches({ alone });
  for (const group of groupJobs(toLoad, { alone })) {
    const statements = await statementsOf(session, work, { group, staging });
    for (const batch of batches.add(group, statements)) await loadBatch(session, work, batch);
  }
  for (const batch of batches.end()) await loadBatch(session, work, batch);
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

/** None for rows that are in their table already. */
async function statementsOf(session: SqlTransactions, work: RowsToLoad, { group: all, staging }: Group): Promise<readonly JobStatement[]> {
  const { dialect } = session;
  const { plan, observe, isAdded = () => false } = work;
  const group = all.filter((each) => !isAdded(each));
  const { table: name } = all[0]!;
  const table = Object.hasOwn(plan.schema.tables, name) ? plan.schema.tables[name] : undefined;
  if (table === undefined) throw new InternalError(`Table \`${name}\` has a job but no schema.`);
  for (const each of all) observe?.started(each);
  if (group.length === 0) return [];
  try {
    return await dialect.loadJobs(staging.get(name) ?? session.qualify(name), table, group);
  } catch (error) {
    throw failureOf(session, work, group, error);
  }
}

async function loadBatch(session: SqlTransactions, work: RowsToLoad, { groups, statements }: JobBatch): Promise<void> {
  const jobs = groups.flat();
  try {
    await runJobs(session.driver, statements);
  } catch (error) {
    throw failureOf(session, work, jobs, error);
  }
  for (const job of jobs) work.observe?.completed(job);
}

function failureOf({ destination }: SqlTransactions, { plan, isPartial }: RowsToLoad, jobs: readonly LoadJob[], error: unknown): Error {
  return jobs.length > 1 ? new GroupFailure() : jobFailure(error, { destination, loadId: plan.loadId, job: jobs[0]!, isPartial });
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
