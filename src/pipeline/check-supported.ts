import type { DestinationContract } from "../destination-kit/contract.ts";
import { UnsupportedError } from "../destination-kit/errors.ts";
import type { SourceToExtract } from "../extract/extract.ts";
import type { ResourceHints, SourceHints, TableHints } from "../schema/hint-options.ts";

/** Refuses, before anything runs, what was asked for and cannot be done: nothing that is declared is ignored in silence. Throws UnsupportedError. */
export function checkSupported(sources: readonly SourceToExtract[], destination: DestinationContract): void {
  for (const source of sources) {
    for (const problem of sourceProblems(source.hints)) throw refused(destination, `Source \`${source.name}\`: ${problem}`);
    for (const resource of source.resources) {
      if (!resource.selected) continue;
      const merging = { supported: destination.capabilities.mergeStrategies, stored: storedStrategies(source, resource.name) };
      for (const problem of resourceProblems(resource.hints, merging))
        throw refused(destination, `Resource \`${resource.name}\`: ${problem}`);
    }
  }
}

function refused(destination: DestinationContract, message: string): UnsupportedError {
  return new UnsupportedError(`${message}, which this version of leat does not do on destination \`${destination.name}\`. Leave it out.`, {
    destination: destination.name,
  });
}

function sourceProblems(hints: SourceHints): string[] {
  return isEvolving(hints.schemaContract) ? [] : ["it has a schemaContract other than evolve"];
}

/** How tables can be merged, and how those that a schema has are: a hint that names no strategy leaves theirs as it is. */
interface Merging {
  readonly supported: readonly string[];
  readonly stored: readonly string[];
}

function storedStrategies({ schema }: SourceToExtract, resource: string): string[] {
  return Object.values(schema.tables)
    .filter((table) => table.resource === resource)
    .map((table) => table["x-merge-strategy"])
    .filter((strategy) => typeof strategy === "string");
}

function resourceProblems(hints: ResourceHints, merging: Merging): string[] {
  return [hints, ...Object.values(hints.nestedHints ?? {})].flatMap((each) => [...mergeProblems(each, merging), ...tableProblems(each)]);
}

function mergeProblems(hints: TableHints, { supported, stored }: Merging): string[] {
  const { writeDisposition } = hints;
  const option = typeof writeDisposition === "object" ? writeDisposition : { disposition: writeDisposition };
  if (option.disposition !== "merge") return [];
  if (supported.length === 0) return ["it has the write disposition merge"];
  const asked = hints["x-merge-strategy"] ?? ("strategy" in option ? option.strategy : undefined);
  const strategies = asked === undefined ? stored : [String(asked)];
  return strategies.filter((strategy) => !supported.includes(strategy)).map((strategy) => `it is merged with the strategy ${strategy}`);
}

function tableProblems(hints: TableHints): string[] {
  const problems: string[] = [];
  const { writeDisposition, fileFormat = "preferred", tableFormat = "native" } = hints;
  const disposition = typeof writeDisposition === "object" ? writeDisposition.disposition : writeDisposition;
  if (disposition === "skip") problems.push("it has the write disposition skip");
  if (typeof writeDisposition === "object" && "strategy" in writeDisposition && writeDisposition.disposition === "replace") {
    if (writeDisposition.strategy === "staging-optimized") problems.push("it is replaced with the strategy staging-optimized");
  }
  if (!isEvolving(hints.schemaContract)) problems.push("it has a schemaContract other than evolve");
  if (fileFormat !== "preferred" && fileFormat !== "parquet") problems.push(`it wants job files in the format ${fileFormat}`);
  if (tableFormat !== "native") problems.push(`it wants the table format ${tableFormat}`);
  if (hints.materialize === true) problems.push("it has the option materialize");
  return problems;
}

function isEvolving(contract: TableHints["schemaContract"]): boolean {
  const modes = typeof contract === "object" ? Object.values(contract) : [contract];
  return modes.every((mode) => mode === undefined || mode === "evolve");
}
