import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, LeatError } from "../core/errors.ts";
import { moveFile } from "../core/move-file.ts";
import { PackageStore } from "../load-package/package-store.ts";
import type { PipelineState } from "../state/document.ts";
import { openLocal, restoreNew } from "./attach.ts";
import { LocalStore } from "./local-store.ts";
import { openPipeline } from "./pipeline.ts";
import type { OpenedPipeline } from "./pipeline-type.ts";
import type { RestoreInfo } from "./restore-local.ts";

export interface RestoreTarget {
  readonly name: string;
  readonly pipelinesDir: string;
  /** By its name. Needed where no local state says it. */
  readonly destination?: string | undefined;
  readonly datasetName?: string | undefined;
}

/** What taking a pipeline from its destination would do to this machine, and how it is done. */
export interface RestorePlan {
  readonly workingDir: string;
  /** Undefined when there is no local copy: nothing can be lost. */
  readonly loss: RestoreLoss | undefined;
  restore(): Promise<RestoreInfo>;
}

export interface RestoreLoss {
  /** Undefined when the local state cannot be read; then the destination is not asked before. */
  readonly known: { readonly stateVersion: number; readonly stored: RestoreInfo } | undefined;
  /** Not loaded, and given up. */
  readonly pendingLoadIds: readonly string[];
  /** Loaded packages, kept to look at. */
  readonly loadedPackages: number;
}

/** Looks into the destination and changes nothing. Throws ConfigError when the destination is not known, or stores nothing of the pipeline. */
export async function restorePlan(target: RestoreTarget): Promise<RestorePlan> {
  const workingDir = join(target.pipelinesDir, target.name);
  const state = readState(workingDir);
  const store = new PackageStore(workingDir);
  const opened = await open(target, workingDir, state);
  if (state === undefined && store.newestLoadId() === undefined) return { workingDir, loss: undefined, restore: () => restoreNew(opened) };
  const packages = { pendingLoadIds: store.pendingLoadIds(), loadedPackages: store.loaded().length };
  if (state === "unreadable") return { workingDir, loss: { ...packages, known: undefined }, restore: () => repair(opened) };
  const known = { stateVersion: state?._state_version ?? 0, stored: await opened.restoreLocal({ dryRun: true }) };
  return { workingDir, loss: { ...packages, known }, restore: () => opened.restoreLocal() };
}

/** No pipeline opens with a state that cannot be read: it stands aside until the other one is here. */
async function repair(opened: OpenedPipeline): Promise<RestoreInfo> {
  const path = join(opened.workingDir, "state.json");
  const aside = `${path}.unreadable`;
  moveFile(path, aside);
  try {
    const info = await opened.restoreLocal();
    rmSync(aside);
    return info;
  } catch (error) {
    if (!existsSync(path)) moveFile(aside, path);
    throw error;
  }
}

/** A local state that is damaged, or of a newer version, is what a restore repairs. */
function readState(workingDir: string): PipelineState | "unreadable" | undefined {
  try {
    return new LocalStore(workingDir).readState();
  } catch (error) {
    if (LeatError.is(error)) return "unreadable";
    throw error;
  }
}

async function open(target: RestoreTarget, workingDir: string, state: PipelineState | "unreadable" | undefined): Promise<OpenedPipeline> {
  const { name, pipelinesDir, destination, datasetName } = target;
  const options = {
    pipelinesDir,
    progress: "none" as const,
    ...(destination === undefined ? {} : { destination }),
    ...(datasetName === undefined ? {} : { datasetName }),
  };
  if (state !== undefined && state !== "unreadable") return openLocal(name, state, options);
  if (destination !== undefined) return openPipeline({ ...options, name });
  const why = state === undefined ? "There is no local copy" : "There is no readable local state";
  throw new ConfigError(
    `${why} of pipeline \`${name}\` (\`${workingDir}\`). Say where to restore it from: ` +
      `--destination, and --dataset-name unless it is \`${name}_dataset\`; or another folder with --pipelines-dir.`,
  );
}
