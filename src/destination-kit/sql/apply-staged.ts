import { InternalError } from "../../core/errors.ts";
import type { SqlDriver } from "./driver.ts";
import { deleteInsert } from "./merge-delete-insert.ts";
import { scd2 } from "./merge-scd2.ts";
import { insertOnly, upsert } from "./merge-upsert.ts";
import { insertFromStaging, moveStaging } from "./replace-staged.ts";
import type { StagedChain, StagedStep } from "./staged-chain.ts";
import type { StagedTable } from "./staged-table.ts";
import { namesWith } from "./table-keys.ts";

/** What makes the staging tables of chains, before the jobs fill them. `hasDataset`: the one for staging tables is there, and need not be made. */
export function createStaging(chains: readonly StagedChain[], { hasDataset = false }: { readonly hasDataset?: boolean } = {}): string[] {
  const places = hasDataset ? [] : [...new Set(chains.map(({ place }) => place))];
  return [
    ...places.flatMap((place) => place.prepare),
    ...chains.flatMap(({ place, tables }) => tables.filter(hasStaging).flatMap((table) => place.create(table))),
  ];
}

/** What brings the staged rows of a chain where they belong. `dataset`: that of the rows, quoted. */
export function applyStaged(chain: StagedChain, dataset: string): StagedStep[] {
  return [...statementsOf(chain, dataset), ...chain.tables.filter(hasStaging).flatMap((table) => chain.place.finish(table))];
}

/** Neighbouring statements go in one round trip. */
export async function runStaged(driver: Pick<SqlDriver, "query" | "script">, steps: readonly StagedStep[]): Promise<void> {
  const waiting: string[] = [];
  for (const step of steps) {
    if (typeof step === "string") {
      waiting.push(step);
      continue;
    }
    await driver.script(waiting.splice(0));
    if ((await driver.query(step.when)).length > 0) waiting.push(...step.then);
  }
  await driver.script(waiting);
}

/** What is left to do once all chains are applied. */
export function endStaging(chains: readonly StagedChain[]): string[] {
  return [...new Set(chains.map(({ place }) => place))].flatMap((place) => place.end);
}

function hasStaging(table: StagedTable): boolean {
  return table.isInFiles !== true;
}

function statementsOf(chain: StagedChain, dataset: string): StagedStep[] {
  switch (chain.strategy) {
    case "delete-insert":
      return [...indexKeys(chain), ...deleteInsert(chain)];
    case "upsert":
      return upsert(chain);
    case "insert-only":
      return insertOnly(chain);
    case "scd2":
      return scd2(chain);
    case "insert-from-staging":
      return insertFromStaging(chain);
    case "staging-optimized":
      return moveStaging(chain, dataset);
    default:
      throw new InternalError(`No statements for the strategy \`${String(chain.strategy satisfies never)}\`.`);
  }
}

function indexKeys({ place, tables: [root] }: StagedChain): string[] {
  const keys = ["primary_key", "merge_key"].map((hint) => namesWith(root!.schema, hint)).filter((key) => key.length > 0);
  return keys.flatMap((key) => place.index(root!, key));
}
