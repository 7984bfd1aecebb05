import type { Capabilities } from "../destination-kit/capabilities.ts";
import type { DestinationContract } from "../destination-kit/contract.ts";
import { UnsupportedError } from "../destination-kit/errors.ts";
import type { SourceToExtract } from "../extract/extract.ts";
import { jobFormatOf } from "../normalize/job-format-of.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { ResourceHints, TableHints } from "../schema/hint-options.ts";
import { checkMaterialize } from "./check-materialize.ts";
import { checkPrimaryKey } from "./check-primary-key.ts";

/** Refuses, before anything runs, what was asked for and cannot be done: nothing that is declared is ignored in silence. Throws UnsupportedError. */
export function checkSupported(sources: readonly SourceToExtract[], destination: DestinationContract): void {
  for (const source of sources) {
    for (const resource of source.resources) {
      if (!resource.selected) continue;
      checkHints(resource.name, resource.hints, source.schema, destination);
      checkMaterialize(resource, source.schema);
      checkPrimaryKey(resource, source.schema);
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

function refused(destination: DestinationContract, message: string): UnsupportedError {
  return new UnsupportedError(`${message}, which this version of leat does not do on destination \`${destination.name}\`. Leave it out.`, {
    destination: destination.name,
  });
}

function mergeProblems(hints: TableHints, stored: readonly TableSchema[], { mergeStrategies, withoutMerge }: Capabilities): string[] {
  if (dispositionOf(hints) !== "merge") return [];
  if (mergeStrategies.length === 0) return withoutMerge === "append" ? [] : ["it has the write disposition merge"];
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
  const { fileFormat, tableFormat = "native" } = hints;
  // Says what the destination takes.
  jobFormatOf(destination, fileFormat);
  if (tableFormat !== "native") problems.push(`it wants the table format ${tableFormat}`);
  return problems;
}
