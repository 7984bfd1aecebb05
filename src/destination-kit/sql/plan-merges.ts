import type { TableSchema } from "../../schema/document.ts";
import { mergeStrategyOf } from "../../schema/merge-strategy.ts";
import { completeColumns, nestedTables, rootTable } from "../../schema/table.ts";
import type { PackagePlan } from "../contract.ts";
import { UnsupportedError } from "../errors.ts";
import { hasMergeKey, type Merge, stagingName } from "./merge.ts";
import type { SqlTransactions } from "./sql-transactions.ts";

/** The root tables of a package whose rows are merged, with all that is nested in them. Throws UnsupportedError for a strategy that the destination lacks. */
export function planMerges(session: SqlTransactions, { schema, jobs }: PackagePlan): readonly Merge[] {
  const { destination, capabilities, dialect, qualify } = session;
  const withJobs = new Set(jobs.map((job) => job.table).filter((table) => Object.hasOwn(schema.tables, table)));
  const roots = new Set([...withJobs].map((table) => rootTable(schema, table)));
  return [...roots]
    .filter((root) => {
      const strategy = mergeStrategyOf(root, capabilities.mergeStrategies);
      if (strategy !== undefined && strategy !== "delete-insert") throw unsupported(destination, root.name, strategy);
      return strategy !== undefined && hasMergeKey(root);
    })
    .map((root) => ({
      dialect,
      tables: createdTables(nestedTables(schema, root.name)).map((table) => ({
        schema: table,
        target: qualify(table.name),
        staging: dialect.temporaryTable(stagingName(table)),
        hasJobs: withJobs.has(table.name),
      })),
    }));
}

/** Without those that are known by hints only, and what is nested in them. */
function createdTables(chain: readonly TableSchema[]): TableSchema[] {
  const created = new Map<string, TableSchema>();
  for (const table of chain) {
    const isReachable = table === chain[0] || created.has(table.parent ?? "");
    if (isReachable && completeColumns(table).length > 0) created.set(table.name, table);
  }
  return [...created.values()];
}

function unsupported(destination: string, table: string, strategy: string): UnsupportedError {
  return new UnsupportedError(
    `\`${destination}\` does not merge with the strategy \`${strategy}\`, which table \`${table}\` asks for. ` +
      `Give its resource writeDisposition: { disposition: "merge", strategy: "delete-insert" }.`,
    { destination },
  );
}
