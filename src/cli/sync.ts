import { resolve } from "node:path";
import type { RestoreInfo } from "../pipeline/restore-local.ts";
import { type RestoreLoss, restorePlan } from "../pipeline/restore-plan.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import { isConfirmed } from "./confirm.ts";
import { print, printError, printJson } from "./output.ts";

export interface SyncOptions {
  readonly destination?: string;
  readonly datasetName?: string;
  readonly pipelinesDir?: string;
  readonly json?: boolean;
  /** Without a question. */
  readonly yes?: boolean;
}

/** Shows what would be replaced, asks, and does it. Where there is nothing to lose it does not ask. */
export async function sync(name: string, options: SyncOptions): Promise<void> {
  const { json = false, yes = false, destination, datasetName } = options;
  const pipelinesDir = resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env));
  const { workingDir, loss, restore } = await restorePlan({ name, pipelinesDir, destination, datasetName });
  if (loss !== undefined) {
    if (!json) print(planText(name, workingDir, loss));
    if (!yes && !(await isConfirmed({ json }))) return printError("Nothing was changed.");
  }
  const info = await restore();
  if (json) printJson({ workingDir, ...info });
  else print(doneText(name, info));
}

function planText(name: string, workingDir: string, { known, pendingLoadIds, loadedPackages }: RestoreLoss): string {
  const pending = [
    `  NOT LOADED YET, GIVEN UP: ${pendingLoadIds.join(", ")}`,
    "  To load them instead run the pipeline first. Their rows are extracted again by the next run, where the source still has them.",
  ];
  return [
    `Pipeline ${name}: ${workingDir} is made anew from the destination, which stays as it is`,
    `  ${known === undefined ? "a state that cannot be read gives way to the stored one" : replacedText(known)}`,
    ...(loadedPackages === 0 ? [] : [`  ${packagesText(loadedPackages)} kept here after the load, removed`]),
    ...(pendingLoadIds.length === 0 ? [] : pending),
  ].join("\n");
}

function replacedText({ stateVersion, stored }: NonNullable<RestoreLoss["known"]>): string {
  return `state version ${stateVersion} gives way to ${storedText(stored)}`;
}

function doneText(name: string, info: RestoreInfo): string {
  const givenUp = info.abortedLoadIds.length === 0 ? "" : ` Given up: ${info.abortedLoadIds.join(", ")}.`;
  return `Restored pipeline ${name}: ${storedText(info)}.${givenUp}`;
}

function storedText({ stateVersion, schemaNames, datasetName, destinationPlace }: RestoreInfo): string {
  const schemas = schemaNames.length === 0 ? "no schema" : `${schemaNames.length === 1 ? "schema" : "schemas"} ${schemaNames.join(", ")}`;
  return `state version ${stateVersion} and ${schemas} of dataset ${datasetName} in ${destinationPlace}`;
}

function packagesText(count: number): string {
  return count === 1 ? "1 package" : `${count} packages`;
}
