import { crashPoint } from "../../core/crash-point.ts";
import type { CommitResult, JobObserver, PackagePlan } from "../contract.ts";
import { refuseFormats } from "../refuse-formats.ts";
import { withCommitLock } from "./commit-lock.ts";
import { ExistingTables } from "./existing-tables.ts";
import { deleteDeadEntries } from "./keyed-state.ts";
import { GroupFailure, loadRows } from "./load-rows.ts";
import { isPartDone, type PackagePart, tellOfDone } from "./package-part.ts";
import { planStaged } from "./plan-staged.ts";
import { prepareStateTables, prepareTables } from "./prepare-tables.ts";
import { isCommitted, lockDataset, reconcilePlan } from "./reconcile-plan.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import { storeRecords } from "./store-records.ts";

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
    if (part?.loads !== false) await loadRows(session, { plan, observe, isPartial: part !== undefined, alone }, chains);
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
