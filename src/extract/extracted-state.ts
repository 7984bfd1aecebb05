import { Timestamp } from "../core/timestamp.ts";
import { jobId } from "../load-package/job-file.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import { type PackageCommands, type PackageState, packageStateEngineVersion } from "../load-package/package-state.ts";
import type { StateRow } from "../state/state-row.ts";
import type { Metrics } from "./source-extract.ts";

export interface ExtractedParts {
  readonly row: StateRow | undefined;
  readonly knownStates: readonly string[];
  readonly commands: PackageCommands;
  readonly resources: { readonly [resource: string]: Metrics };
}

/** The package state of a package whose raw files are all written. */
export function extractedState(folder: PackageFolder, { row, knownStates, commands, resources }: ExtractedParts): PackageState {
  return {
    _state_version: 0,
    _state_engine_version: packageStateEngineVersion,
    created_at: Timestamp.fromMicros(Math.round(Number(folder.loadId) * 1_000_000)),
    ...commands,
    ...(row === undefined ? {} : { pipeline_state: row }),
    leat_known_states: knownStates,
    leat_raw_files: folder.jobs("new").map(jobId),
    leat_resources: resources,
  };
}
