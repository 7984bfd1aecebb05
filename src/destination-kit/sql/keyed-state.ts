import { keyedStateTableName } from "../../schema/system-tables.ts";
import type { PackagePlan } from "../contract.ts";
import type { ExistingTables } from "./existing-tables.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import type { SqlStatement, SystemRow } from "./system-tables.ts";

/** So many keys are in one statement. */
const keysAtOnce = 500;
/** Values may be long. */
const valuesAtOnce = 16;

/** The values of entries, by key. `rows` gives none where there is no table. */
export async function readEntries(
  keys: readonly string[],
  statement: (keys: readonly string[]) => SqlStatement,
  rows: (statement: SqlStatement) => Promise<readonly SystemRow[]>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const some of inParts(keys, valuesAtOnce))
    for (const row of await rows(statement(some))) found.set(String(row["entry_key"]), String(row["entry_value"]));
  return found;
}

/** Deletes the entries that the state does not refer to any more. Those that this package brought are there already. */
export async function deleteDeadEntries(session: SqlTransactions, plan: PackagePlan, tables: ExistingTables): Promise<void> {
  const { pipelineName, liveEntries } = plan;
  if (plan.state === undefined || liveEntries === undefined) return;
  // A table that this package made has nothing of before.
  if ((await tables.columnsOf([keyedStateTableName])).size === 0) return;
  const { name } = liveEntries;
  const { sql, parameters } = session.statements.entryKeys(pipelineName, name);
  const there = (await session.driver.query<SystemRow>(sql, parameters)).map((row) => String(row["entry_key"]));
  if (there.length === 0) return;
  const live = new Set(liveEntries.keys());
  const dead = [...new Set(there)].filter((key) => !live.has(key));
  for (const some of inParts(dead, keysAtOnce)) await session.run(session.statements.deleteEntries(pipelineName, name, some));
}

function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}
