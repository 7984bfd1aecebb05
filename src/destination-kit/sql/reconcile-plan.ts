import { keyedStateTableName, loadsTableName, stateTableName, versionTableName } from "../../schema/system-tables.ts";
import type { PackagePlan } from "../contract.ts";
import type { ExistingTables } from "./existing-tables.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import { toStoredSchema, toStoredState } from "./system-tables.ts";

/** Two pipelines that create one table at the same moment would fail, and one of two states would be lost. */
export async function lockDataset(
  { dataset, dialect, driver, ofState, stagingDataset }: SqlTransactions,
  /** Of the dataset only what has this name. */
  within?: string,
): Promise<void> {
  if (dialect.lockDataset === undefined) return;
  // That of the state first and that of staged rows last, always: two packages that take the same locks never wait for each other.
  const own = within === undefined ? [ofState?.dataset, dataset] : [`${dataset}.${within}`];
  const names = [...own, stagingDataset].filter((name) => name !== undefined);
  await driver.script(names.map((name) => dialect.lockDataset!(name)));
}

/** A client that was killed while its COMMIT was on the way may have committed after its successor looked. */
export async function isCommitted(session: SqlTransactions, loadId: string, tables: ExistingTables): Promise<boolean> {
  const existing = await tables.columnsOf([loadsTableName]);
  return existing.has(loadsTableName) && (await session.exists(session.statements.hasLoad(loadId)));
}

export interface TablesToReconcile {
  readonly own: ExistingTables;
  /** Of the dataset that keeps the state, which may be the same. */
  readonly ofState: ExistingTables;
}

/** The plan made final by what is stored now. Nobody else may be able to commit. */
export async function reconcilePlan(session: SqlTransactions, plan: PackagePlan, tables: TablesToReconcile): Promise<PackagePlan> {
  if (plan.reconcile === undefined) return plan;
  const states = session.ofState ?? session;
  // Inside of a transaction a table that is missing is not read: the failure would end it. The tables of the plan are asked for in passing.
  const existing = await tables.own.columnsOf([
    stateTableName,
    loadsTableName,
    versionTableName,
    keyedStateTableName,
    ...plan.tables,
    ...plan.truncate,
  ]);
  const ofState = await tables.ofState.columnsOf([stateTableName, loadsTableName]);
  const hasState = ofState.has(stateTableName) && ofState.has(loadsTableName);
  const state = hasState ? await states.first(states.statements.newestState(plan.pipelineName)) : undefined;
  const schema = existing.has(versionTableName) ? await session.first(session.statements.newestSchema(plan.schema.name)) : undefined;
  return plan.reconcile({
    state: state === undefined ? undefined : toStoredState(state),
    schema: schema === undefined ? undefined : toStoredSchema(schema),
  });
}
