import { Timestamp } from "../core/timestamp.ts";
import { jobId } from "../load-package/job-file.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import { type PackageCommands, type PackageState, packageStateEngineVersion } from "../load-package/package-state.ts";
import type { StateRow } from "../state/state-row.ts";
import type { Metrics } from "./metrics.ts";
import type { JobNotes } from "./raw-files.ts";

export interface ExtractedParts {
  readonly row: StateRow | undefined;
  readonly knownStates: readonly string[];
  /** Load id of the package of the same schema before this one. */
  readonly follows: string | undefined;
  readonly commands: PackageCommands;
  readonly resources: { readonly [resource: string]: Metrics };
  /** Of job files that are in their final form. */
  readonly jobs: JobNotes;
}

/** The package state of a package whose raw files are all written. */
export function extractedState(
  folder: PackageFolder,
  { row, knownStates, follows, commands, resources, jobs }: ExtractedParts,
): PackageState {
  return {
    _state_version: 0,
    _state_engine_version: packageStateEngineVersion,
    created_at: Timestamp.fromMicros(Math.round(Number(folder.loadId) * 1_000_000)),
    ...commands,
    ...(row === undefined ? {} : { pipeline_state: row }),
    leat_known_states: knownStates,
    ...(follows === undefined ? {} : { leat_follows: follows }),
    leat_raw_files: folder.jobs("new").map(jobId),
    ...(Object.keys(jobs.rows).length === 0 ? {} : { leat_job_rows: jobs.rows }),
    ...(Object.keys(jobs.csv).length === 0 ? {} : { leat_csv_files: jobs.csv }),
    leat_resources: resources,
  };
}
