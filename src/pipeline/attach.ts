import { rmdirSync, rmSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import type { Destination } from "../destination-kit/contract.ts";
import { destinationFactories } from "../destinations/registry.ts";
import { PackageStore } from "../load-package/package-store.ts";
import type { PipelineState } from "../state/document.ts";
import { LocalStore } from "./local-store.ts";
import { openPipeline } from "./pipeline.ts";
import type { PipelineOptions } from "./pipeline-options.ts";
import type { OpenedPipeline, Pipeline } from "./pipeline-type.ts";
import { builtInType } from "./resolve-destination.ts";
import type { RestoreInfo } from "./restore-local.ts";
import { traceFileName } from "./trace-file.ts";
import { defaultPipelinesDir } from "./working-dir.ts";

/** Options of `attach()`: those of `pipeline()` without the name. */
export type AttachOptions<D extends string = string> = Omit<PipelineOptions<string, D>, "name">;

/**
 * Opens a pipeline that exists. Its local copy, made by leat or by dlt, says where the data is; the options win.
 * Without a local copy state and schemas are restored from `destination` and `datasetName` (default `<name>_dataset`). Throws ConfigError when there is neither.
 */
export async function attach<const D extends string = string>(name: string, options: AttachOptions<D> = {}): Promise<Pipeline<D>> {
  return (await openExisting(name, options)) as Pipeline<string> as Pipeline<D>;
}

/** attach() for the command line. */
export async function openExisting(name: string, options: AttachOptions): Promise<OpenedPipeline> {
  if ("name" in options) throw new ConfigError("The name of a pipeline is the first argument of attach(), not one of its options.");
  const workingDir = workingDirOf(name, options);
  const state = new LocalStore(workingDir).readState();
  if (state !== undefined) return openLocal(name, state, options);
  if (options.destination === undefined) throw nothingKnown(name, workingDir);
  const opened = openPipeline({ ...options, name });
  // Packages that wait bring the state with them: the next call brings the local one up to it.
  if (!opened.hasPendingData) await restoreNew(opened);
  return opened;
}

/** The pipeline of a local state. Throws ConfigError when nothing says where its data is. */
export async function openLocal(name: string, state: PipelineState, options: AttachOptions): Promise<OpenedPipeline> {
  const destination = options.destination ?? (await knownDestination(state));
  if (destination === undefined) throw unknownDestination(name, state);
  const known = { datasetName: state.dataset_name, ...(state._local?.leat_single_dataset === false ? { useSingleDataset: false } : {}) };
  return openPipeline({ ...known, ...options, name, destination }, { cwd: folderOf(state) });
}

/**
 * The destination of a local state: a database file, a folder or a bucket by its path, a server by its name in the config, which holds its credentials.
 * Undefined when the state names none, or one that is not built in.
 */
export async function knownDestination(state: PipelineState): Promise<Destination | undefined> {
  const type = typeOf(state.destination_type);
  const create = type === undefined ? undefined : destinationFactories.get(type);
  const place = state._local?.leat_destination_place;
  if (type === undefined || create === undefined) return undefined;
  return await create({ name: state.destination_name ?? type, ...(isFile(place) ? { path: place } : {}) });
}

function typeOf(dltType: string | null | undefined): string | undefined {
  const type = dltType?.split(".").at(-1);
  return type === undefined ? undefined : builtInType(type);
}

function isFile(place: string | undefined): place is string {
  return place !== undefined && (isAbsolute(place) || place === ":memory:" || place.startsWith("s3://"));
}

/** dlt does not say where its database is: a relative path starts where the pipeline was made. */
function folderOf({ _local }: PipelineState): string | undefined {
  const { leat_destination_place: place, initial_cwd: folder } = _local ?? { first_run: true };
  return place === undefined && typeof folder === "string" ? folder : undefined;
}

/** Restores into a working directory that did not exist. When that fails, it does not exist again. */
export async function restoreNew(opened: OpenedPipeline): Promise<RestoreInfo> {
  try {
    return await opened.restoreLocal();
  } catch (error) {
    removeUnused(opened.workingDir);
    throw error;
  }
}

/** Only what opening it makes: a folder may hold files of others, such as the database itself. */
function removeUnused(workingDir: string): void {
  if (new LocalStore(workingDir).exists || new PackageStore(workingDir).newestLoadId() !== undefined) return;
  for (const name of ["schemas", "normalize", "load", traceFileName]) rmSync(join(workingDir, name), { recursive: true, force: true });
  try {
    rmdirSync(workingDir);
  } catch {
    // It holds something else.
  }
}

function workingDirOf(name: string, { pipelinesDir }: AttachOptions): string {
  return join(resolve(pipelinesDir ?? defaultPipelinesDir(process.env)), name);
}

function nothingKnown(name: string, workingDir: string): ConfigError {
  return new ConfigError(
    `There is no local copy of pipeline \`${name}\` (\`${workingDir}\`), and nothing says where to restore it from. ` +
      `Give \`destination\`, and \`datasetName\` unless it is \`${name}_dataset\`; or \`pipelinesDir\`, if the copy is in another folder.`,
  );
}

function unknownDestination(name: string, { destination_type }: PipelineState): ConfigError {
  const there = [...destinationFactories.keys()].join(", ");
  return new ConfigError(
    `Pipeline \`${name}\` loads into ${destination_type === null ? "a destination that its state does not name" : `\`${destination_type}\``}. ` +
      `leat has ${there}: give a \`destination\`.`,
  );
}
