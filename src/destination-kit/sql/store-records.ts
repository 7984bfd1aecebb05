import type { PackagePlan } from "../contract.ts";
import type { SqlTransactions } from "./sql-transactions.ts";

/** State and load record come last: with them the package counts. */
export async function storeRecords(session: SqlTransactions, plan: PackagePlan): Promise<void> {
  const states = session.ofState ?? session;
  const { loadId, pipelineName, schema, state, keepStateVersions, insertedAtMicros } = plan;
  if (state !== undefined) await states.run(states.statements.insertState(state));
  const ofState = state === undefined ? [] : [state._dlt_load_id];
  for (const id of new Set([loadId, ...(states === session ? ofState : [])]))
    await session.run(session.statements.insertLoad(id, schema, insertedAtMicros));
  // A state counts once its load is recorded beside it.
  if (states !== session) for (const id of ofState) await states.run(states.statements.insertLoad(id, schema, insertedAtMicros));
  if (state !== undefined && keepStateVersions !== undefined)
    await states.run(states.statements.deleteOldStates(pipelineName, keepStateVersions));
}
