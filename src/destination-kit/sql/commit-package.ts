import { crashPoint } from "../../core/crash-point.ts";
import type { CommitResult, JobObserver, PackagePlan } from "../contract.ts";
import type { LoadJob } from "../load-job.ts";
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
import type { StagedChain } from "./staged-chain.ts";
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

export interface Work {
  readonly plan: PackagePlan;
  readonly observe: JobObserver | undefined;
  readonly part?: PackagePart | undefined;
  /** Each file in a statement of its own. */
  readonly alone: boolean;
  /** What the transaction has done before. */
  readonly early?: EarlyRows | undefined;
}

export interface EarlyRows {
  /** As they were when it began. */
  readonly existing: ExistingTables;
  /** The columns that tables have by now. */
  readonly made: ReadonlyMap<string, readonly string[]>;
  readonly isAdded: (job: LoadJob) => boolean;
  /** Throws where these rows do not go with the plan, as it is in the end. */
  check(plan: PackagePlan, chains: readonly StagedChain[]): void;
}

async function commit(session: SqlTransactions, work: Work): Promise<CommitResult> {
  const isLast = work.plan.isLast === true && work.part?.isLast !== false;
  const result = await withCommitLock(session.driver.commitLock, () =>
    session.inTransaction(() => storePackage(session, work), { isLast }),
  );
  crashPoint("load:after-commit");
  return result;
}

/** All that the transaction of a package, or of a part of it, does. */
export async function storePackage(session: SqlTransactions, { plan: asked, observe, part, alone, early }: Work): Promise<CommitResult> {
  const existing = early?.existing ?? new ExistingTables(session);
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
  early?.check(plan, chains);
  const storesSchema = part?.lockName === undefined;
  const appliedUpdate = await prepareTables(session, { plan, chains, storesSchema, made: early?.made }, existing);
  if (session.ofState !== undefined && plan.state !== undefined) await prepareStateTables(session.ofState, plan, ofState);
  const rows = { plan, observe, isPartial: part !== undefined, alone, isAdded: early?.isAdded };
  if (part?.loads !== false) await loadRows(session, rows, chains);
  crashPoint("load:in-transaction");
  if (part !== undefined && !part.isLast) await session.run(session.statements.insertPart(plan, part.name));
  else {
    await deleteDeadEntries(session, plan, existing);
    await storeRecords(session, plan);
  }
  if (part?.isLast === true) await session.run(session.statements.deleteParts(plan.loadId));
  crashPoint("load:before-commit");
  return { appliedUpdate };
}
