import type { Capabilities } from "../destination-kit/capabilities.ts";
import type { DestinationContract } from "../destination-kit/contract.ts";
import { UnsupportedError } from "../destination-kit/errors.ts";
import type { ResourceDefinition } from "../extract/definition.ts";
import type { SourceToExtract } from "../extract/extract.ts";
import { jobFormatOf } from "../normalize/job-format-of.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { ResourceHints, SchemaContract, SourceHints, StoredContract, TableHints } from "../schema/hint-options.ts";
import { rootTable } from "../schema/table.ts";

/** Refuses, before anything runs, what was asked for and cannot be done: nothing that is declared is ignored in silence. Throws UnsupportedError. */
export function checkSupported(sources: readonly SourceToExtract[], destination: DestinationContract): void {
  for (const source of sources) {
    for (const problem of sourceProblems(source.hints)) throw refused(destination, `Source \`${source.name}\`: ${problem}`);
    for (const resource of source.resources) {
      if (!resource.selected) continue;
      checkHints(resource.name, resource.hints, source.schema, destination);
      const contract = storedContract(source, resource);
      if (contract !== undefined) throw refused(destination, contract, 'Declare schemaContract: "evolve" to change it.');
    }
  }
}

/** The same for the hints of one resource, also for those that a mark changes while it runs. Throws UnsupportedError. */
export function checkHints(resource: string, hints: ResourceHints, schema: SchemaDocument, destination: DestinationContract): void {
  const { capabilities } = destination;
  const stored = Object.values(schema.tables).filter((table) => table.resource === resource);
  for (const each of [hints, ...Object.values(hints.nestedHints ?? {})]) {
    const problems = [
      ...mergeProblems(each, stored, capabilities),
      ...replaceProblems(each, stored, capabilities),
      ...tableProblems(each, destination),
    ];
    for (const problem of problems) throw refused(destination, `Resource \`${resource}\`: ${problem}`);
  }
}

function refused(destination: DestinationContract, message: string, advice = "Leave it out."): UnsupportedError {
  return new UnsupportedError(`${message}, which this version of leat does not do on destination \`${destination.name}\`. ${advice}`, {
    destination: destination.name,
  });
}

/** A contract that a schema or one of its tables has, and that nothing which is declared now replaces. */
function storedContract({ schema, hints }: SourceToExtract, resource: ResourceDefinition): string | undefined {
  if (hints.schemaContract === undefined && !isEvolving(schema.settings.schema_contract))
    return `Schema \`${schema.name}\`: it is stored with a schema_contract other than evolve`;
  for (const table of Object.values(schema.tables)) {
    const isRoot = table.parent === undefined;
    if (rootTable(schema, table.name).resource !== resource.name || (isRoot && resource.hints.schemaContract !== undefined)) continue;
    if (!isEvolving(table["schema_contract"] as StoredContract | undefined))
      return `Table \`${table.name}\`: it is stored with a schema_contract other than evolve`;
  }
  return undefined;
}

function sourceProblems(hints: SourceHints): string[] {
  return isEvolving(hints.schemaContract) ? [] : ["it has a schemaContract other than evolve"];
}

function mergeProblems(hints: TableHints, stored: readonly TableSchema[], { mergeStrategies }: Capabilities): string[] {
  if (dispositionOf(hints) !== "merge") return [];
  if (mergeStrategies.length === 0) return ["it has the write disposition merge"];
  return strategies(hints, stored, "x-merge-strategy")
    .filter((strategy) => !(mergeStrategies as readonly string[]).includes(strategy))
    .map((strategy) => `it is merged with the strategy ${strategy}`);
}

function replaceProblems(hints: TableHints, stored: readonly TableSchema[], { replaceStrategies }: Capabilities): string[] {
  if (dispositionOf(hints) !== "replace") return [];
  return strategies(hints, stored, "x-replace-strategy")
    .filter((strategy) => !(replaceStrategies as readonly string[]).includes(strategy))
    .map((strategy) => `it is replaced with the strategy ${strategy}`);
}

function dispositionOf({ writeDisposition }: TableHints): string | undefined {
  return typeof writeDisposition === "object" ? writeDisposition.disposition : writeDisposition;
}

/** What is asked for; a hint that names no strategy leaves those that the tables have. */
function strategies(hints: TableHints, stored: readonly TableSchema[], hint: "x-merge-strategy" | "x-replace-strategy"): string[] {
  const { writeDisposition } = hints;
  const option = typeof writeDisposition === "object" && "strategy" in writeDisposition ? writeDisposition.strategy : undefined;
  const asked = hints[hint] ?? option;
  return asked === undefined ? stored.map((table) => table[hint]).filter((strategy) => typeof strategy === "string") : [String(asked)];
}

function tableProblems(hints: TableHints, destination: DestinationContract): string[] {
  const problems: string[] = [];
  const { fileFormat = "preferred", tableFormat = "native" } = hints;
  if (dispositionOf(hints) === "skip") problems.push("it has the write disposition skip");
  if (!isEvolving(hints.schemaContract)) problems.push("it has a schemaContract other than evolve");
  if (fileFormat !== "preferred" && fileFormat !== jobFormatOf(destination).name)
    problems.push(`it wants job files in the format ${fileFormat}`);
  if (tableFormat !== "native") problems.push(`it wants the table format ${tableFormat}`);
  if (hints.materialize === true) problems.push("it has the option materialize");
  return problems;
}

function isEvolving(contract: SchemaContract | StoredContract | undefined): boolean {
  const modes = typeof contract === "object" ? Object.values(contract) : [contract];
  return modes.every((mode) => mode === undefined || mode === "evolve");
}
