import { crashPoint } from "../../core/crash-point.ts";
import type { SchemaDocument } from "../../schema/document.ts";
import { nestedTables, rootTable } from "../../schema/table.ts";
import type { CommitResult, EarlyPackage, JobObserver, PackagePlan } from "../contract.ts";
import type { LoadJob } from "../load-job.ts";
import { refuseFormats } from "../refuse-formats.ts";
import { commitsOf, withCommitLock } from "./commit-lock.ts";
import { storePackage } from "./commit-package.ts";
import { planDdl } from "./ddl.ts";
import { ExistingTables } from "./existing-tables.ts";
import { fillRootKeys } from "./fill-root-keys.ts";
import { groupJobs } from "./job-groups.ts";
import { runJobs } from "./load-rows.ts";
import { commitTransaction, type SqlTransactions } from "./sql-transactions.ts";
import type { StagedChain } from "./staged-chain.ts";
import { createDataset } from "./staging-place.ts";

/** The rows do not go early, or somebody else wrote meanwhile. */
class NotEarly extends Error {}

/** Begins the transaction of a package that is not whole. It sees the dataset as it is now. */
export async function beginEarly(session: SqlTransactions): Promise<EarlyPackage> {
  const { driver } = session;
  const commits = commitsOf(driver.commitLock);
  const endOneThread = await driver.inOneThread?.();
  try {
    await (driver.begin === undefined ? driver.script(["BEGIN"]) : driver.begin());
  } catch (error) {
    await endOneThread?.();
    throw error;
  }
  return new SqlEarlyPackage(session, commits, endOneThread);
}

class SqlEarlyPackage implements EarlyPackage {
  readonly #session: SqlTransactions;
  readonly #commits: number;
  readonly #existing: ExistingTables;
  readonly #endOneThread: (() => Promise<void>) | undefined;
  readonly #made = new Map<string, readonly string[]>();
  #hasDataset = false;
  #isOpen = true;

  constructor(session: SqlTransactions, commits: number, endOneThread: (() => Promise<void>) | undefined) {
    this.#session = session;
    this.#commits = commits;
    this.#endOneThread = endOneThread;
    this.#existing = new ExistingTables(session);
  }

  async add(schema: SchemaDocument, jobs: readonly LoadJob[]): Promise<void> {
    try {
      await this.#add(schema, jobs);
    } catch (error) {
      await this.rollback();
      throw error;
    }
    crashPoint("load:early");
  }

  async commit(plan: PackagePlan, isAdded: (job: LoadJob) => boolean, observe?: JobObserver): Promise<CommitResult | undefined> {
    const { driver } = this.#session;
    const before = commitsOf(driver.commitLock);
    const result = await withCommitLock(driver.commitLock, async () => {
      const stored = before === this.#commits ? await this.#store(plan, isAdded, observe) : undefined;
      if (stored === undefined) await this.rollback();
      else await this.#commit(plan.isLast === true);
      return stored;
    });
    if (result !== undefined) crashPoint("load:after-commit");
    return result;
  }

  async rollback(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // A transaction that the database ended by itself has nothing to roll back.
    await this.#session.driver.script(["ROLLBACK"]).catch(() => {});
    await this.#endOneThread?.().catch(() => {});
  }

  async #add(schema: SchemaDocument, jobs: readonly LoadJob[]): Promise<void> {
    if (!this.#isOpen) throw new NotEarly("The package came to its end.");
    const { dialect, driver, qualify, capabilities, dataset, quotedDataset } = this.#session;
    refuseFormats(this.#session, jobs);
    const tables = tablesOf(schema, jobs);
    const before = await this.#existing.columnsOf(tables);
    const ddl = planDdl({
      dialect,
      schema,
      tables,
      existing: new Map([...before, ...this.#made]),
      qualify,
      caseSensitive: capabilities.caseSensitiveIdentifiers,
    });
    const filled = fillRootKeys({ dialect, schema, update: ddl.update, wasThere: (table) => before.has(table), qualify });
    if (filled.length > 0) throw new NotEarly("Rows that are there have to be changed first.");
    const isNewDataset = !this.#hasDataset && !(await driver.schemaExists(dataset));
    await driver.script([...(isNewDataset ? createDataset(dialect, quotedDataset()) : []), ...ddl.statements]);
    this.#hasDataset = true;
    for (const [table, { columns }] of Object.entries(ddl.update))
      this.#made.set(table, [...(this.#made.get(table) ?? before.get(table) ?? []), ...Object.keys(columns)]);
    for (const table of tables) if (!this.#made.has(table)) this.#made.set(table, before.get(table) ?? []);
    for (const group of groupJobs(jobs)) {
      const { table } = group[0]!;
      await runJobs(driver, await dialect.loadJobs(qualify(table), schema.tables[table]!, group));
    }
  }

  /** Undefined: it cannot be stored in this way. */
  async #store(plan: PackagePlan, isAdded: (job: LoadJob) => boolean, observe: JobObserver | undefined): Promise<CommitResult | undefined> {
    if (!this.#isOpen) return undefined;
    const check = (final: PackagePlan, chains: readonly StagedChain[]): void => this.#check(final, plan, chains);
    const early = { existing: this.#existing, made: this.#made, isAdded, check };
    try {
      return await storePackage(this.#session, { plan, observe, alone: false, early });
    } catch {
      // Stored as any other it fails of the same, or does not.
      return undefined;
    }
  }

  async #commit(isLast: boolean): Promise<void> {
    try {
      await commitTransaction(this.#session.driver, isLast);
    } catch (error) {
      await this.rollback();
      throw error;
    }
    this.#isOpen = false;
    // The rows are stored, whatever becomes of it.
    await this.#endOneThread?.().catch(() => {});
  }

  /** What is emptied, dropped or staged comes before the rows; types that others have brought were not looked at. */
  #check(plan: PackagePlan, asked: PackagePlan, chains: readonly StagedChain[]): void {
    const emptied = [...plan.truncate, ...plan.drop, ...chains.flatMap(({ tables }) => tables.map((table) => table.schema.name))];
    if (plan.schema.version_hash !== asked.schema.version_hash || emptied.some((table) => this.#made.has(table)))
      throw new NotEarly("The rows were added too early.");
  }
}

/** Parents first. Throws NotEarly where rows do more than go into their table. */
function tablesOf(schema: SchemaDocument, jobs: readonly LoadJob[]): readonly string[] {
  const withJobs = new Set(jobs.map((job) => job.table));
  const roots = new Set([...withJobs].map((table) => rootTable(schema, table)));
  if ([...roots].some((root) => root.write_disposition !== "append")) throw new NotEarly("The rows wait for others.");
  return [...roots].flatMap((root) => nestedTables(schema, root.name).map(({ name }) => name)).filter((name) => withJobs.has(name));
}
