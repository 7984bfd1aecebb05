import { nestedTables, rootTable } from "../../schema/table.ts";
import type { CommitResult, JobObserver, PackagePlan } from "../contract.ts";
import { inParallel } from "../jobs/in-parallel.ts";
import { commitPackage } from "./commit-package.ts";
import type { PackagePart } from "./package-part.ts";
import type { SqlTransactions } from "./sql-transactions.ts";

export interface PartsOptions {
  readonly plan: PackagePlan;
  readonly observe: JobObserver | undefined;
  /** So many tables at once. */
  readonly workers: number;
  /** Another connection to the same dataset. */
  readonly connect: () => Promise<SqlTransactions>;
}

/**
 * Stores a package in several transactions: one makes the tables, one for each root table stores its rows and those nested in them, the last writes state and
 * load record. Each notes that it is done, in the same transaction, so that no attempt repeats it. When it throws, some tables may have their new rows.
 */
export async function commitInParts(session: SqlTransactions, { plan, observe, workers, connect }: PartsOptions): Promise<CommitResult> {
  let whole = plan;
  const { appliedUpdate } = await commitPackage(session, plan, observe, {
    name: "prepare",
    of: (reconciled) => {
      whole = reconciled;
      return { ...reconciled, truncate: [] };
    },
    loads: false,
    isLast: false,
  });
  const roots = [...new Set(whole.jobs.map((job) => rootTable(whole.schema, job.table).name))];
  const chains = roots.map((root) => ({ root, tables: new Set(nestedTables(whole.schema, root).map((table) => table.name)) }));
  await inConnections(connect, chains, workers, async (own, { root, tables }) => {
    const { reconcile: _, ...settled } = whole;
    await commitPackage(own, settled, observe, chainPart(root, tables));
  });
  const loaded = new Set(chains.flatMap(({ tables }) => [...tables]));
  const last = await commitPackage(session, plan, observe, {
    name: "last",
    of: (reconciled) => ({ ...reconciled, jobs: [], drop: [], truncate: reconciled.truncate.filter((table) => !loaded.has(table)) }),
    loads: true,
    isLast: true,
  });
  return { appliedUpdate: { ...last.appliedUpdate, ...appliedUpdate } };
}

function chainPart(root: string, tables: ReadonlySet<string>): PackagePart {
  return {
    name: root,
    of: ({ state: _, ...whole }) => ({
      ...whole,
      tables: whole.tables.filter((table) => tables.has(table)),
      jobs: whole.jobs.filter((job) => tables.has(job.table)),
      truncate: whole.truncate.filter((table) => tables.has(table)),
      drop: [],
    }),
    loads: true,
    isLast: false,
    // Its tables are there: only those who write the same ones have to wait for each other.
    lockName: root,
  };
}

async function inConnections<Item>(
  connect: () => Promise<SqlTransactions>,
  items: readonly Item[],
  workers: number,
  work: (session: SqlTransactions, item: Item) => Promise<void>,
): Promise<void> {
  const free: SqlTransactions[] = [];
  const all: SqlTransactions[] = [];
  try {
    await inParallel(items, workers, async (item) => {
      const known = free.pop();
      const own = known ?? (await connect());
      if (known === undefined) all.push(own);
      await work(own, item);
      free.push(own);
    });
  } finally {
    // What a lost connection says when it is closed must not hide why it was lost.
    await Promise.allSettled(all.map((each) => each.driver.close()));
  }
}
