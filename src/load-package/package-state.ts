import type { CsvReading } from "../formats/job-format.ts";
import type { TableSchema } from "../schema/document.ts";
import { bumpTo } from "../state/bump.ts";
import { contentHash } from "../state/hash.ts";
import type { StateRow } from "../state/state-row.ts";

export const packageStateEngineVersion = 1;

/** What the load does before the jobs, with dlt's keys. */
export interface PackageCommands {
  /** How the run was told to start over. */
  readonly refresh?: string;
  /** Tables to drop, nested ones before their parents: those that rows were seen of. */
  readonly dropped_tables?: readonly TableSchema[];
  /** Tables to empty. */
  readonly truncated_tables?: readonly TableSchema[];
}

/** True when a table is to be dropped or emptied: then a package without rows has something to do. */
export function hasTables({ dropped_tables = [], truncated_tables = [] }: PackageCommands): boolean {
  return dropped_tables.length > 0 || truncated_tables.length > 0;
}

/** `load_package_state.json`: dlt's keys, and the rows of each job, which dlt does not keep. */
export interface PackageState extends PackageCommands {
  readonly _state_version: number;
  readonly _state_engine_version: number;
  readonly _version_hash?: string;
  /** The load id as a time. */
  readonly created_at: Date;
  /** The state row that this package loads. */
  readonly pipeline_state?: StateRow;
  /** Names of the tables that the load dropped, sorted. */
  readonly applied_dropped_tables?: readonly string[];
  /** Names of the tables that the load emptied because of `truncated_tables`, sorted. */
  readonly applied_truncated_tables?: readonly string[];
  /** Hashes of the states in the destination that this package follows: another one at the commit is somebody else's. Ours; written by extract. */
  readonly leat_known_states?: readonly string[];
  /** Load id of the package whose rows came before these into the same schema, where it waited or was of the same run. Ours; written by extract. */
  readonly leat_follows?: string;
  /** Job ids of the raw files. Ours; written by extract. */
  readonly leat_raw_files?: readonly string[];
  /** Rows of every job file, by job id. Ours; written by normalize. */
  readonly leat_job_rows?: Readonly<Record<string, number>>;
  /** How to read CSV files that are not written in the usual way, by job id. Ours; written by normalize. */
  readonly leat_csv_files?: Readonly<Record<string, CsvReading>>;
  /** Items of every resource, by name. Ours; written by extract. */
  readonly leat_resources?: Readonly<Record<string, { readonly items: number; readonly bytes: number; readonly files: number }>>;
  readonly [key: string]: unknown;
}

/** Raises the version when the content changed (the rule of wire-format 2.2; measurements are not content). */
export function hashPackageState(state: PackageState): PackageState {
  return bumpTo(state, contentHash(state, ["load_metrics"]));
}
