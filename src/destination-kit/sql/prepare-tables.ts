import { loadsTableName, stateTableName, versionTableName } from "../../schema/system-tables.ts";
import type { CommitResult, PackagePlan } from "../contract.ts";
import { planDdl } from "./ddl.ts";
import type { ExistingTables } from "./existing-tables.ts";
import { fillRootKeys } from "./fill-root-keys.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import type { StagedChain } from "./staged-chain.ts";
import { createDataset } from "./staging-place.ts";

interface PlanWithChains {
  readonly plan: PackagePlan;
  readonly chains: readonly StagedChain[];
  /** False: another part of the package does. */
  readonly storesSchema: boolean;
  /** The columns of tables that this transaction has made or brought up to date before. Default none. */
  readonly made?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** Drops, creates, stores the schema, empties. DuckDB fails at the commit when a table is altered after a DELETE on it, so all DDL comes first. */
export async function prepareTables(
  session: SqlTransactions,
  { plan, chains, storesSchema, made = new Map() }: PlanWithChains,
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
  const request = {
    dialect,
    schema,
    // A table of a known schema may still be missing or behind: whoever stored the schema created the tables that had jobs.
    tables: isKnown ? unique([loadsTableName, ...(hasStateHere ? [stateTableName] : []), ...jobTables]) : touched,
    existing,
    qualify: session.qualify,
    caseSensitive: session.capabilities.caseSensitiveIdentifiers,
  };
  const ddl = planDdl(request);
  const { statements: toMake } = made.size === 0 ? ddl : planDdl({ ...request, existing: new Map([...existing, ...made]) });
  // Who may not create a dataset may still load into one that is there.
  const isNewDataset = existing.size === 0 && made.size === 0 && !(await driver.schemaExists(session.dataset));
  await driver.script([
    ...plan.drop.map((table) => `DROP TABLE IF EXISTS ${session.qualify(table)}`),
    ...(await dropStaged(session, plan)),
    ...(isNewDataset ? createDataset(dialect, session.quotedDataset()) : []),
    ...toMake,
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

/** The dataset that keeps the state may have nothing yet: another source of the pipeline is to load into it. */
export async function prepareStateTables(session: SqlTransactions, { schema }: PackagePlan, tables: ExistingTables): Promise<void> {
  const { dialect, driver, capabilities, qualify } = session;
  const names = [loadsTableName, stateTableName, versionTableName];
  const existing = await tables.columnsOf(names);
  const isNewDataset = existing.size === 0 && !(await driver.schemaExists(session.dataset));
  const ddl = planDdl({ dialect, schema, tables: names, existing, qualify, caseSensitive: capabilities.caseSensitiveIdentifiers });
  await driver.script([...(isNewDataset ? createDataset(dialect, session.quotedDataset()) : []), ...ddl.statements]);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
