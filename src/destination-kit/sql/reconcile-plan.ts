import { loadsTableName, stateTableName, versionTableName } from "../../schema/system-tables.ts";
import type { PackagePlan } from "../contract.ts";
import type { ExistingTables } from "./existing-tables.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import { toStoredSchema, toStoredState } from "./system-tables.ts";

/** Two pipelines that create one table at the same moment would fail, and one of two states would be lost. */
export async function lockDataset({ dataset, dialect, driver }: SqlTransactions): Promise<void> {
  if (dialect.lockDataset !== undefined) await driver.script([dialect.lockDataset(dataset)]);
}

/** A client that was killed while its COMMIT was on the way may have committed after its successor looked. */
export async function isCommitted(session: SqlTransactions, loadId: string, tables: ExistingTables): Promise<boolean> {
  const existing = await tables.columnsOf([loadsTableName]);
  return existing.has(loadsTableName) && (await session.exists(session.statements.hasLoad(loadId)));
}

/** The plan made final by what is stored now. Nobody else may be able to commit. */
export async function reconcilePlan(session: SqlTransactions, plan: PackagePlan, tables: ExistingTables): Promise<PackagePlan> {
  if (plan.reconcile === undefined) return plan;
  const { statements } = session;
  // Inside of a transaction a table that is missing is not read: the failure would end it. The tables of the plan are asked for in passing.
  const existing = await tables.columnsOf([stateTableName, loadsTableName, versionTableName, ...plan.tables, ...plan.truncate]);
  const hasState = existing.has(stateTableName) && existing.has(loadsTableName);
  const state = hasState ? await session.first(statements.newestState(plan.pipelineName)) : undefined;
  const schema = existing.has(versionTableName) ? await session.first(statements.newestSchema(plan.schema.name)) : undefined;
  return plan.reconcile({
    state: state === undefined ? undefined : toStoredState(state),
    schema: schema === undefined ? undefined : toStoredSchema(schema),
  });
}
