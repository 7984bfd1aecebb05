import { digest128 } from "../../core/digest.ts";
import { ConfigError } from "../../core/errors.ts";
import type { TableSchema } from "../../schema/document.ts";
import { mergeProblem } from "../../schema/merge-problem.ts";
import { mergeStrategyOf } from "../../schema/merge-strategy.ts";
import { scd2ColumnsOf } from "../../schema/scd2.ts";
import { completeColumns, nestedTables, rootTable } from "../../schema/table.ts";
import type { PackagePlan } from "../contract.ts";
import { UnsupportedError } from "../errors.ts";
import { datasetIdentifier } from "./dataset-name.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import type { StagedChain } from "./staged-chain.ts";
import { datasetStaging, movableStaging, type StagingPlace, temporaryStaging } from "./staging-place.ts";
import { hasMergeKey, namesWith } from "./table-keys.ts";

/**
 * The root tables of a package whose rows wait in staging tables first, with all that is nested in them: those that are merged, and those that are replaced
 * by a strategy with staging. Throws UnsupportedError for a strategy that the destination lacks, ConfigError where a strategy misses what it needs.
 */
export function planStaged(session: SqlTransactions, plan: PackagePlan): readonly StagedChain[] {
  const { dialect, qualify } = session;
  const { schema, jobs, createdAtMicros } = plan;
  const withJobs = new Set(jobs.map((job) => job.table).filter((table) => Object.hasOwn(schema.tables, table)));
  const roots = new Set([...withJobs].map((table) => rootTable(schema, table)));
  const placeFor = stagingPlaces(session, plan);
  return [...roots].flatMap((root) => {
    const strategy = stagedStrategyOf(session, root);
    if (strategy === undefined) return [];
    const place = placeFor(strategy);
    const tables = createdTables(nestedTables(schema, root.name)).map((table) => ({
      schema: table,
      target: qualify(table.name),
      staging: place.nameOf(table.name),
      hasJobs: withJobs.has(table.name),
    }));
    return tables.length === 0 ? [] : [{ dialect, strategy, place, tables, createdAtMicros }];
  });
}

function stagedStrategyOf(session: SqlTransactions, root: TableSchema): StagedChain["strategy"] | undefined {
  return root.write_disposition === "replace" ? stagedReplaceOf(session, root) : mergeOf(session, root);
}

/** The strategy of the table, else that of the settings, else the first of the destination. Emptying the tables beforehand needs no staging. */
function stagedReplaceOf(
  { destination, capabilities, replaceStrategy }: SqlTransactions,
  root: TableSchema,
): StagedChain["strategy"] | undefined {
  const hint = root["x-replace-strategy"];
  const [first] = capabilities.replaceStrategies;
  const asked = typeof hint === "string" ? hint : (replaceStrategy ?? first);
  const strategy = capabilities.replaceStrategies.find((known) => known === asked);
  if (strategy !== undefined) return strategy === "truncate-and-insert" ? undefined : strategy;
  throw new UnsupportedError(
    `\`${destination}\` does not replace with the strategy \`${asked}\`, which ${typeof hint === "string" ? `table \`${root.name}\`` : "the setting `replace_strategy`"} asks for. ` +
      `It has ${capabilities.replaceStrategies.join(", ")}.`,
    { destination },
  );
}

function mergeOf({ destination, capabilities }: SqlTransactions, root: TableSchema): StagedChain["strategy"] | undefined {
  const asked = mergeStrategyOf(root, capabilities.mergeStrategies);
  if (asked === undefined) return undefined;
  const strategy = capabilities.mergeStrategies.find((known) => known === asked);
  if (strategy === undefined) throw unsupported(destination, root.name, asked);
  const problem = mergeProblem(root, strategy) ?? (strategy === "scd2" ? scd2Problem(root) : undefined);
  if (problem !== undefined) throw new ConfigError(problem);
  // Rows without a key cannot meet others: they are appended, but for those that are flagged as deleted.
  const isAppended = strategy === "delete-insert" && !hasMergeKey(root) && namesWith(root, "hard_delete").length === 0;
  return isAppended ? undefined : strategy;
}

function scd2Problem(root: TableSchema): string | undefined {
  if (scd2ColumnsOf(root) !== undefined) return undefined;
  return (
    `Table \`${root.name}\` is merged with the strategy \`scd2\` and lacks a column for it: the begin and end of validity, or what tells versions apart. ` +
    `Give its resource writeDisposition: { disposition: "merge", strategy: "scd2" }; rows of Arrow tables need a rowVersionColumnName that they have.`
  );
}

/** Where the rows of a package wait, by strategy; each place is one object. */
function stagingPlaces(
  session: SqlTransactions,
  { loadId, jobs, truncateStaging = false }: PackagePlan,
): (strategy: StagedChain["strategy"]) => StagingPlace {
  const { dialect, dataset, stagingDataset, capabilities, quotedDataset } = session;
  const places: { rows?: StagingPlace; tables?: StagingPlace } = {};
  // Parts of a package may be stored at once: their jobs tell them apart.
  const mark = () => digest128(`${loadId} ${jobs[0]?.jobId}`, 6).replaceAll(/[+/]/g, "x");
  const own = () => datasetIdentifier(`${dataset}_staging_${mark()}`, capabilities);
  return (strategy) => {
    if (strategy === "staging-optimized")
      return (places.tables ??= movableStaging({
        dialect,
        dataset: quotedDataset(stagingDataset ?? own()),
        isKept: stagingDataset !== undefined,
      }));
    return (places.rows ??=
      stagingDataset === undefined
        ? temporaryStaging(dialect)
        : datasetStaging({ dialect, dataset: quotedDataset(stagingDataset), isTruncated: truncateStaging }));
  };
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
