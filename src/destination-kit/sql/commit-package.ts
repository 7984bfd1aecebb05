import { crashPoint } from "../../core/crash-point.ts";
import { DriverFailure } from "../../core/driver-failure.ts";
import { InternalError } from "../../core/errors.ts";
import { loadsTableName, stateTableName, versionTableName } from "../../schema/system-tables.ts";
import type { CommitResult, JobObserver, PackagePlan } from "../contract.ts";
import { LoadJobFailedError } from "../errors.ts";
import type { LoadJob } from "../load-job.ts";
import { refuseFormats } from "../refuse-formats.ts";
import { applyStaged, createStaging, endStaging, runStaged } from "./apply-staged.ts";
import { withCommitLock } from "./commit-lock.ts";
import { planDdl } from "./ddl.ts";
import type { JobStatement } from "./dialect.ts";
import type { SqlDriver } from "./driver.ts";
import { ExistingTables } from "./existing-tables.ts";
import { fillRootKeys } from "./fill-root-keys.ts";
import { findIncomparable } from "./find-incomparable.ts";
import { groupJobs } from "./job-groups.ts";
import { deleteDeadEntries } from "./keyed-state.ts";
import { planStaged } from "./plan-staged.ts";
import { isCommitted, lockDataset, reconcilePlan } from "./reconcile-plan.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import type { StagedChain } from "./staged-chain.ts";
import { createDataset } from "./staging-place.ts";
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

/** Stores a package, or a part of it, in one transaction. When it throws, nothing is stored. */
export async function commitPackage(
  session: SqlTransactions,
  plan: PackagePlan,
  observe: JobObserver | undefined,
  part?: PackagePart,
): Promise<CommitResult> {
  refuseFormats(session, plan.jobs);
  try {
    return await commit(session, { plan, observe, part, alone: false });
  } catch (error) {
    // A statement over several files does not say which one failed: the second time each file loads alone.
    if (!(error instanceof GroupFailure)) throw error;
    return await commit(session, { plan, observe, part, alone: true });
  }
}

interface Work {
  readonly plan: PackagePlan;
  readonly observe: JobObserver | undefined;
  readonly part: PackagePart | undefined;
  /** Each file in a statement of its own. */
  readonly alone: boolean;
}

async function commit(session: SqlTransactions, { plan: asked, observe, part, alone }: Work): Promise<CommitResult> {
  const work = async (): Promise<CommitResult> => {
    const existing = new ExistingTables(session);
    await lockDataset(session, part?.lockName);
    if (asked.mayBeCommitted && (await isCommitted(session, asked.loadId, existing))) return { appliedUpdate: {} };
    const ofState = session.ofState === undefined ? existing : new ExistingTables(session.ofState);
    const whole = await reconcilePlan(session, asked, { own: existing, ofState });
    const plan = part?.of(whole) ?? whole;
    if (part !== undefined && (await isPartDone(session, asked.loadId, part, existing))) {
      if (part.loads) tellOfDone(plan, observe);
      return { appliedUpdate: {} };
    }
    const chains = planStaged(session, plan);
    const appliedUpdate = await prepareTables(session, { plan, chains, storesSchema: part?.lockName === undefined }, existing);
    if (session.ofState !== undefined && plan.state !== undefined) await prepareStateTables(session.ofState, plan, ofState);
    if (part?.loads !== false) await loadRows(session, { plan, observe, part, alone }, chains);
    crashPoint("load:in-transaction");
    if (part !== undefined && !part.isLast) await session.run(session.statements.insertPart(plan, part.name));
    else {
      await deleteDeadEntries(session, plan, existing);
      await storeRecords(session, plan);
    }
    if (part?.isLast === true) await session.run(session.statements.deleteParts(plan.loadId));
    crashPoint("load:before-commit");
    return { appliedUpdate };
  };
  const result = await withCommitLock(session.driver.commitLock, () => session.inTransaction(work));
  crashPoint("load:after-commit");
  return result;
}

async function loadRows(session: SqlTransactions, { plan, observe, part, alone }: Work, chains: readonly StagedChain[]): Promise<void> {
  const { driver, stagingDataset } = session;
  // Who may not create a dataset may still use one that is there.
  const hasDataset = stagingDataset !== undefined && (await driver.schemaExists(stagingDataset));
  await driver.script(createStaging(chains, { hasDataset }));
  const staging = new Map(chains.flatMap(({ tables }) => tables.map((table) => [table.schema.name, table.staging])));
  for (const group of groupJobs(plan.jobs, { alone })) await loadGroup(session, { plan, observe, part, group, staging });
  for (const chain of chains) await moveStaged(session, { plan, part }, chain);
  await driver.script(endStaging(chains));
}

/** An earlier attempt may have stored it. */
async function isPartDone(session: SqlTransactions, loadId: string, part: PackagePart, tables: ExistingTables): Promise<boolean> {
  const columns = (await tables.columnsOf([loadsTableName])).get(loadsTableName);
  return !part.isLast && columns?.includes(partColumn) === true && (await session.exists(session.statements.hasPart(loadId, part.name)));
}

function tellOfDone({ jobs }: PackagePlan, observe: JobObserver | undefined): void {
  for (const job of jobs) observe?.started(job);
  for (const job of jobs) observe?.completed(job);
}

/** State and load record come last: with them the package counts. */
async function storeRecords(session: SqlTransactions, plan: PackagePlan): Promise<void> {
  const states = session.ofState ?? session;
  const { loadId, pipelineName, schema, state, keepStateVersions, insertedAtMicros } = plan;
  if (state !== undefined) await states.run(states.statements.insertState(state));
  const ofState = state === undefined ? [] : [state._dlt_load_id];
  for (const id of unique([loadId, ...(states === session ? ofState : [])]))
    await session.run(session.statements.insertLoad(id, schema, insertedAtMicros));
  // A state counts once its load is recorded beside it.
  if (states !== session) for (const id of ofState) await states.run(states.statements.insertLoad(id, schema, insertedAtMicros));
  if (state !== undefined && keepStateVersions !== undefined)
    await states.run(states.statements.deleteOldStates(pipelineName, keepStateVersions));
}

/** The dataset that keeps the state may have nothing yet: another source of the pipeline is to load into it. */
async function prepareStateTables(session: SqlTransactions, { schema }: PackagePlan, tables: ExistingTables): Promise<void> {
  const { dialect, driver, capabilities, qualify } = session;
  const names = [loadsTableName, stateTableName, versionTableName];
  const existing = await tables.columnsOf(names);
  const isNewDataset = existing.size === 0 && !(await driver.schemaExists(session.dataset));
  const ddl = planDdl({ dialect, schema, tables: names, existing, qualify, caseSensitive: capabilities.caseSensitiveIdentifiers });
  await driver.script([...(isNewDataset ? createDataset(dialect, session.quotedDataset()) : []), ...ddl.statements]);
}

interface PlanWithChains {
  readonly plan: PackagePlan;
  readonly chains: readonly StagedChain[];
  /** False: another part of the package does. */
  readonly storesSchema: boolean;
}

/** Drops, creates, stores the schema, empties. DuckDB fails at the commit when a table is altered after a DELETE on it, so all DDL comes first. */
async function prepareTables(
  session: SqlTransactions,
  { plan, chains, storesSchema }: PlanWithChains,
  tables: ExistingTables,
): Promise<CommitResult["appliedUpdate"]> {
  const { dialect, driver, statements } = session;
  const { schema } = plan;
  const hasStateHere = plan.state !== undefined && session.ofState === undefined;
  const jobTables = [...chains.flatMap((chain) => chain.tables.map((table) => table.schema.name)), ...plan.jobs.map((job) => job.table)];
  const touched = unique([versionTableName, loadsTableName, ...(hasStateHere ? [stateTableName] : []), ...plan.tables, ...jobTables]);
  const existing = new Map(await tables.columnsOf([...touched, ...plan.truncate]));
  const isKnown =
    plan.drop.length === 0 && existing.has(versionTableName) && (await session.exists(statements.hasVersion(schema.version_hash)));
  for (const table of plan.drop) existing.delete(table);
  const ddl = planDdl({
    dialect,
    schema,
    // A table of a known schema may still be missing or behind: whoever stored the schema created the tables that had jobs.
    tables: isKnown ? unique([loadsTableName, ...(hasStateHere ? [stateTableName] : []), ...jobTables]) : touched,
    existing,
    qualify: session.qualify,
    caseSensitive: session.capabilities.caseSensitiveIdentifiers,
  });
  // Who may not create a dataset may still load into one that is there.
  const isNewDataset = existing.size === 0 && !(await driver.schemaExists(session.dataset));
  await driver.script([
    ...plan.drop.map((table) => `DROP TABLE IF EXISTS ${session.qualify(table)}`),
    ...(await dropStaged(session, plan)),
    ...(isNewDataset ? createDataset(dialect, session.quotedDataset()) : []),
    ...ddl.statements,
    ...fillRootKeys({ dialect, schema, update: ddl.update, wasThere: (table) => existing.has(table), qualify: session.qualify }),
  ]);
  if (plan.drop.length > 0) await session.run(statements.deleteVersions(schema.name));
  if (!isKnown && storesSchema) await session.run(statements.insertVersion(schema, plan.insertedAtMicros));
  const later = replacedByStaging(chains);
  const emptied = plan.truncate.filter((table) => existing.has(table) && !later.has(table));
  await driver.script(emptied.map((table) => dialect.emptyTable(session.qualify(table))));
  return ddl.update;
}

/** A staging dataset has tables of the same names. */
async function dropStaged({ driver, dialect, stagingDataset, quotedDataset }: SqlTransactions, { drop }: PackagePlan): Promise<string[]> {
  if (drop.length === 0 || stagingDataset === undefined || !(await driver.schemaExists(stagingDataset))) return [];
  return drop.map((table) => `DROP TABLE IF EXISTS ${quotedDataset(stagingDataset)}.${dialect.quoteIdentifier(table)}`);
}

/** Tables that keep their rows until the new ones are there. */
function replacedByStaging(chains: readonly StagedChain[]): ReadonlySet<string> {
  const replaced = chains.filter(({ tables: [root] }) => root!.schema.write_disposition === "replace");
  return new Set(replaced.flatMap(({ tables }) => tables.map((table) => table.schema.name)));
}

interface GroupToLoad extends Pick<Work, "plan" | "observe" | "part"> {
  readonly group: readonly LoadJob[];
  /** Where the rows of tables that are merged go first, by table. */
  readonly staging: ReadonlyMap<string, string>;
}

async function loadGroup(session: SqlTransactions, { plan, observe, part, group, staging }: GroupToLoad): Promise<void> {
  const { destination, dialect, driver } = session;
  const [job] = group;
  if (job === undefined) return;
  const table = Object.hasOwn(plan.schema.tables, job.table) ? plan.schema.tables[job.table] : undefined;
  if (table === undefined) throw new InternalError(`Table \`${job.table}\` has a job but no schema.`);
  for (const each of group) observe?.started(each);
  try {
    await runJobs(driver, await dialect.loadJobs(staging.get(job.table) ?? session.qualify(job.table), table, group));
  } catch (error) {
    if (group.length > 1) throw new GroupFailure();
    throw jobFailure(error, { destination, loadId: plan.loadId, job, isPartial: part !== undefined });
  }
  for (const each of group) observe?.completed(each);
}

/** Neighbouring statements go in one round trip. */
async function runJobs(driver: SqlDriver, statements: readonly JobStatement[]): Promise<void> {
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

async function moveStaged(
  { destination, driver, quotedDataset }: SqlTransactions,
  { plan, part }: Pick<Work, "plan" | "part">,
  chain: StagedChain,
): Promise<void> {
  try {
    await refuseIncomparable(driver, chain);
    await runStaged(driver, applyStaged(chain, quotedDataset()));
  } catch (error) {
    const job = plan.jobs.find((each) => chain.tables.some((table) => table.schema.name === each.table))!;
    const what =
      chain.tables[0]!.schema.write_disposition === "replace" ? "could not take the place of the old ones" : "could not be merged";
    throw jobFailure(error, { destination, loadId: plan.loadId, job, isPartial: part !== undefined, during: `Its rows ${what}: ` });
  }
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

/** A statement over several job files failed. */
class GroupFailure extends Error {}

interface FailureDetails {
  readonly destination: string;
  readonly loadId: string;
  readonly job: LoadJob;
  readonly isPartial: boolean;
  readonly during?: string;
}

function jobFailure(error: unknown, { during = "", ...about }: FailureDetails): LoadJobFailedError {
  const reason = `${during}${error instanceof Error ? error.message : String(error)}`;
  const cause = error instanceof DriverFailure ? error.cause : error;
  return new LoadJobFailedError(reason, { ...about, cause, retryable: error instanceof DriverFailure && error.retryable });
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
