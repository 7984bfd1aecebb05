import { crashPoint } from "../../core/crash-point.ts";
import { DriverFailure } from "../../core/driver-failure.ts";
import { InternalError } from "../../core/errors.ts";
import { loadsTableName, stateTableName, versionTableName } from "../../schema/system-tables.ts";
import type { CommitResult, JobObserver, PackagePlan } from "../contract.ts";
import { LoadJobFailedError, UnsupportedError } from "../errors.ts";
import type { LoadJob } from "../load-job.ts";
import { withCommitLock } from "./commit-lock.ts";
import { planDdl } from "./ddl.ts";
import type { JobStatement } from "./dialect.ts";
import type { SqlDriver } from "./driver.ts";
import { ExistingTables } from "./existing-tables.ts";
import { fillRootKeys } from "./fill-root-keys.ts";
import { groupJobs } from "./job-groups.ts";
import { deleteDeadEntries } from "./keyed-state.ts";
import { createStaging, deleteInsert, dropStaging, findIncomparable, indexStaging, type Merge } from "./merge.ts";
import { planMerges } from "./plan-merges.ts";
import { isCommitted, lockDataset, reconcilePlan } from "./reconcile-plan.ts";
import type { SqlTransactions } from "./sql-transactions.ts";

/** Stores a package in one transaction. When it throws, nothing is stored. */
export async function commitPackage(session: SqlTransactions, plan: PackagePlan, observe: JobObserver | undefined): Promise<CommitResult> {
  refuseFormats(session, plan.jobs);
  try {
    return await commit(session, { plan, observe, alone: false });
  } catch (error) {
    // A statement over several files does not say which one failed: the second time each file loads alone.
    if (!(error instanceof GroupFailure)) throw error;
    return await commit(session, { plan, observe, alone: true });
  }
}

interface Work {
  readonly plan: PackagePlan;
  readonly observe: JobObserver | undefined;
  /** Each file in a statement of its own. */
  readonly alone: boolean;
}

function refuseFormats({ destination, capabilities }: SqlTransactions, jobs: readonly LoadJob[]): void {
  const formats = capabilities.loaderFileFormats;
  const job = jobs.find((each) => !formats.includes(each.format));
  if (job === undefined) return;
  const message = `\`${destination}\` cannot load \`${job.format}\` files such as \`${job.path}\`. It takes ${formats.join(", ")}.`;
  throw new UnsupportedError(message, { destination });
}

async function commit(session: SqlTransactions, { plan: asked, observe, alone }: Work): Promise<CommitResult> {
  const work = async (): Promise<CommitResult> => {
    const existing = new ExistingTables(session);
    await lockDataset(session);
    if (asked.mayBeCommitted && (await isCommitted(session, asked.loadId, existing))) return { appliedUpdate: {} };
    const ofState = session.ofState === undefined ? existing : new ExistingTables(session.ofState);
    const plan = await reconcilePlan(session, asked, { own: existing, ofState });
    const merges = planMerges(session, plan);
    const appliedUpdate = await prepareTables(session, { plan, merges }, existing);
    if (session.ofState !== undefined && plan.state !== undefined) await prepareStateTables(session.ofState, plan, ofState);
    await session.driver.script(merges.flatMap(createStaging));
    const staging = new Map(merges.flatMap(({ tables }) => tables.map((table) => [table.schema.name, table.staging])));
    for (const group of groupJobs(plan.jobs, { alone })) await loadGroup(session, { plan, observe, group, staging });
    for (const merge of merges) await mergeStaged(session, plan, merge);
    crashPoint("load:in-transaction");
    await deleteDeadEntries(session, plan, existing);
    await storeRecords(session, plan);
    crashPoint("load:before-commit");
    return { appliedUpdate };
  };
  const result = await withCommitLock(session.driver.commitLock, () => session.inTransaction(work));
  crashPoint("load:after-commit");
  return result;
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
  await driver.script([...(isNewDataset ? createDataset(session) : []), ...ddl.statements]);
}

interface PlanWithMerges {
  readonly plan: PackagePlan;
  readonly merges: readonly Merge[];
}

/** Drops, creates, stores the schema, empties. DuckDB fails at the commit when a table is altered after a DELETE on it, so all DDL comes first. */
async function prepareTables(
  session: SqlTransactions,
  { plan, merges }: PlanWithMerges,
  tables: ExistingTables,
): Promise<CommitResult["appliedUpdate"]> {
  const { dialect, driver, statements } = session;
  const { schema } = plan;
  const hasStateHere = plan.state !== undefined && session.ofState === undefined;
  const jobTables = [...merges.flatMap((merge) => merge.tables.map((table) => table.schema.name)), ...plan.jobs.map((job) => job.table)];
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
    ...(isNewDataset ? createDataset(session) : []),
    ...ddl.statements,
    ...fillRootKeys({ dialect, schema, update: ddl.update, wasThere: (table) => existing.has(table), qualify: session.qualify }),
  ]);
  if (plan.drop.length > 0) await session.run(statements.deleteVersions(schema.name));
  if (!isKnown) await session.run(statements.insertVersion(schema, plan.insertedAtMicros));
  await driver.script(plan.truncate.filter((table) => existing.has(table)).map((table) => dialect.emptyTable(session.qualify(table))));
  return ddl.update;
}

function createDataset({ dialect, quotedDataset }: SqlTransactions): readonly string[] {
  return dialect.createDataset?.(quotedDataset()) ?? [`CREATE SCHEMA IF NOT EXISTS ${quotedDataset()}`];
}

interface GroupToLoad extends Pick<Work, "plan" | "observe"> {
  readonly group: readonly LoadJob[];
  /** Where the rows of tables that are merged go first, by table. */
  readonly staging: ReadonlyMap<string, string>;
}

async function loadGroup(session: SqlTransactions, { plan, observe, group, staging }: GroupToLoad): Promise<void> {
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
    throw jobFailure(error, { destination, loadId: plan.loadId, job });
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

async function mergeStaged({ destination, driver }: SqlTransactions, plan: PackagePlan, merge: Merge): Promise<void> {
  try {
    await refuseIncomparable(driver, merge);
    await driver.script([...indexStaging(merge), ...deleteInsert(merge), ...dropStaging(merge)]);
  } catch (error) {
    const job = plan.jobs.find((each) => merge.tables.some((table) => table.schema.name === each.table))!;
    throw jobFailure(error, { destination, loadId: plan.loadId, job, during: "Its rows could not be merged: " });
  }
}

/** Rather than that an older row wins. */
async function refuseIncomparable(driver: SqlDriver, merge: Merge): Promise<void> {
  const asked = findIncomparable(merge);
  if (asked === undefined) return;
  const [found] = await driver.query<{ value: unknown }>(asked.sql);
  if (found === undefined) return;
  const message = `Column \`${asked.column}\`, which says the row to keep of those with one key (\`dedupSort\`), holds ${String(found.value)}, and the database does not compare decimals of so many digits. Take another column, or none: then the first row counts.`;
  throw new DriverFailure("statement", message);
}

/** A statement over several job files failed. */
class GroupFailure extends Error {}

function jobFailure(
  error: unknown,
  { during = "", ...about }: { readonly destination: string; readonly loadId: string; readonly job: LoadJob; readonly during?: string },
): LoadJobFailedError {
  const reason = `${during}${error instanceof Error ? error.message : String(error)}`;
  const cause = error instanceof DriverFailure ? error.cause : error;
  return new LoadJobFailedError(reason, { ...about, cause, retryable: error instanceof DriverFailure && error.retryable });
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
