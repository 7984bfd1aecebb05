/** The engine version of the state documents that leat writes. */
export const stateEngineVersion = 4;

/** The state of a pipeline as it is stored, with dlt's keys. */
export interface PipelineState {
  /** Counts the changes. */
  _state_version: number;
  /** Missing until the state is saved for the first time. */
  _version_hash?: string;
  /** Layout of the document. */
  _state_engine_version: 4;
  /** The pipeline that it belongs to. */
  pipeline_name: string;
  /** The dataset that it belongs to. */
  dataset_name: string;
  /** The schema of the first source that ran; null before that. */
  default_schema_name: string | null;
  /** All schemas of the pipeline. */
  schema_names: string[];
  /** As dlt calls it, such as `dlt.destinations.duckdb`; null before it is known. */
  destination_type: string | null;
  /** Null when it is the short name of the type. */
  destination_name: string | null;
  /** Of dlt; kept. */
  staging_type?: string | null;
  /** Of dlt; kept. */
  staging_name?: string | null;
  /** What sources and resources keep, by the name of the source. */
  sources?: { [source: string]: SourceState };
  /** Of this machine only: never leaves it, and is no part of the hash. */
  _local?: LocalState;
}

/** What the resources of a source share, and the state of each. */
export interface SourceState {
  resources?: { [resource: string]: ResourceState };
  [key: string]: unknown;
}

/** What one resource keeps, with its cursors under `incremental`. */
export interface ResourceState {
  incremental?: { [cursorPath: string]: IncrementalState };
  [key: string]: unknown;
}

/** How far one cursor got. */
export interface IncrementalState {
  /** As it was declared when this was written. */
  initial_value: unknown;
  /** The furthest value that was loaded. */
  last_value: unknown;
  /** Where the last run began. */
  start_value?: unknown;
  /** Of the rows at `last_value`. */
  unique_hashes: string[];
}

export interface LocalState {
  /** True until the first load succeeded or was restored. */
  first_run: boolean;
  /** Hash of the state that was last put into a package, or restored. */
  _last_extracted_hash?: string;
  _last_extracted_at?: Date;
  /** Where the destination said that the data is, a path or a host: a state belongs to its data. dlt writes none. */
  leat_destination_place?: string;
  /** False: the last run loaded each schema into a dataset of its own. dlt writes none. */
  leat_single_dataset?: boolean;
  [key: string]: unknown;
}

export interface NewStateOptions {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly destinationType: string | null;
  readonly destinationName?: string | null;
  readonly stagingType?: string;
  readonly stagingName?: string | null;
  readonly initialCwd: string;
  readonly devMode?: boolean;
}

/** The state of a pipeline that never ran. */
export function newState(options: NewStateOptions): PipelineState {
  return {
    _state_version: 0,
    _state_engine_version: stateEngineVersion,
    _local: { first_run: true, _dev_mode: options.devMode ?? false, initial_cwd: options.initialCwd, last_run_context: null },
    schema_names: [],
    pipeline_name: options.pipelineName,
    dataset_name: options.datasetName,
    default_schema_name: null,
    destination_type: options.destinationType,
    destination_name: options.destinationName ?? null,
    ...(options.stagingType === undefined ? {} : { staging_type: options.stagingType, staging_name: options.stagingName ?? null }),
  };
}
