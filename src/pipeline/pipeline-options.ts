import { basename } from "node:path";
import type { Duration } from "../core/duration.ts";
import { ConfigError } from "../core/errors.ts";
import { fileNameProblem } from "../core/file-name.ts";
import type { Destination } from "../destination-kit/contract.ts";
import type { CommitEvery } from "../extract/cutter.ts";
import { checkName, checkOptions } from "../extract/definition.ts";
import { type Refresh, refreshModes } from "../extract/refresh-modes.ts";
import { countOf, oneOf } from "../schema/given.ts";
import { type FileFormat, fileFormats, type SchemaContract } from "../schema/hint-options.ts";
import { storedContract } from "../schema/hints.ts";
import { type CustomNaming, checkCustomNaming } from "../schema/naming/custom-naming.ts";
import { type NewNamingName, namingNames, newNamingNames } from "../schema/naming/naming-convention.ts";
import { checkRunParts } from "./check-run-parts.ts";
import type { Logger, PipelineEvent } from "./events.ts";

/** A built-in destination, or a name that the config gives a type: `destination.NAME.destination_type`. */
export type DestinationName = "duckdb" | "postgres" | "sqlite" | "dummy" | (string & {});

/** Settings of a run; given to `pipeline()` they hold for all its runs. */
export interface RunSettings {
  /**
   * Starts over, once extract and normalize succeeded: `"drop_sources"` drops all tables and state of the sources that run, `"drop_resources"` those of the
   * resources that run (parents of transformers too), `"drop_data"` empties the tables and drops the state. Throws PackagePendingError.
   */
  readonly refresh?: Refresh;
  /**
   * Which changes of the schema are allowed, of all tables of the call; wins over what sources and resources say, and also holds for packages that
   * wait to be normalized. It is stored with the schema. Default: what is stored or declared, else everything.
   */
  readonly schemaContract?: SchemaContract;
  /**
   * The format of job files, for tables that do not say theirs with `fileFormat`. Default what the destination prefers. In config: `[normalize] loader_file_format`.
   * Throws UnsupportedError for one that the destination does not load.
   */
  readonly loaderFileFormat?: FileFormat;
  /**
   * A package ends after so many rows or milliseconds of extract, whichever comes first, and is loaded while the next one is extracted. A cut is made between
   * two items, with the state as it is then. Resources that a cut would make wrong (replace, scd2, a merge key) go whole into the last package. Default: one
   * package per run. In config: `[commit_every] rows = …`, `ms = …`.
   */
  readonly commitEvery?: CommitEvery;
  /**
   * Ends extract after this time, each resource after the item that it is at, and commits; `RunInfo.hasMore` says that rows are left. Each resource gives one item
   * at least; those that a cut would make wrong are read to their end. Default no limit. In config: `max_duration`.
   */
  readonly maxDuration?: Duration;
  /** First abort ends an extract without a package (since the last commit) and lets running load jobs finish; throws CancelledError. The next run goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** What a pipeline is and how it runs. What an operator may set from outside is named with its key in config; what the code says wins. */
export interface PipelineOptions<Name extends string = string, D extends string = string> extends RunSettings {
  /** Default: name of the script. State belongs to name, destination and dataset. */
  readonly name?: Name;
  /** Default what the config says (`destination_type`), else DuckDB, in the file `<name>.duckdb` of the current folder. */
  readonly destination?: DestinationName | Destination;
  /** Default `<name>_dataset`. */
  readonly datasetName?: D;
  /** Default dlt's: `$DLT_DATA_DIR/pipelines`, else `/var/dlt/pipelines` for root, else `~/.dlt/pipelines`. */
  readonly pipelinesDir?: string;
  /**
   * New dataset and empty state on every run: the dataset gets the time as a suffix (`_YYYYMMDDhhmmss`), the working directory is begun anew, nothing is
   * restored. `datasetName`, `dataset()` and `sqlClient()` mean the last run. Default false.
   */
  readonly devMode?: boolean;
  /** Default true. False: state is neither read from nor written to the destination. */
  readonly restoreFromDestination?: boolean;
  /**
   * Default true: a package becomes visible in one commit where the destination can. False: each table with what is nested in it in one of its own, several at once
   * (`load.workers`, default 4), so that a large package needs no large transaction; state and load record come last.
   */
  readonly atomic?: boolean;
  /**
   * Default true. False: a dataset per schema. The default schema, which is that of the first source, and the state go to `datasetName`, each other schema to
   * `<datasetName>_<schema name>`. `dataset()` and `sqlClient()` mean the first. In config: `use_single_dataset`.
   */
  readonly useSingleDataset?: boolean;
  /**
   * How large the state may get, in bytes of its JSON: a run that makes it larger than `warnBytes` (default 10 MB) emits a warning, one that makes it larger than
   * `maxBytes` (default none) fails. `keepVersions`: so many versions stay in the destination, the newest; default all. `maxBorderHashes`: a cursor with more rows at its last value than this (default 4000)
   * remembers them in a table of the dataset. In config: `[state] warn_bytes = …`.
   */
  readonly state?: {
    readonly warnBytes?: number;
    readonly maxBytes?: number;
    readonly keepVersions?: number;
    readonly maxBorderHashes?: number;
  };
  /**
   * How names in the data become names of tables and columns: the name of a convention, or one of your own, which all runs have to be given then. It holds for
   * new schemas; those that are stored keep theirs. Default `"snake_case"`. In config, by name: `[schema] naming = …`.
   */
  readonly naming?: NewNamingName | CustomNaming;
  /**
   * A folder with schemas to be edited, `<schema name>.schema.yaml` (or `.json`). A file that is new or was changed takes the place of the stored schema in the
   * next run; where there is none, the first run writes it. Default none.
   */
  readonly importSchemaPath?: string;
  /** A folder that gets every schema after each change, `<schema name>.schema.yaml`. Default none. */
  readonly exportSchemaPath?: string;
  /** Default `"auto"`: counters on a terminal, lines elsewhere. */
  readonly progress?: "auto" | "bars" | "log" | "none";
  /** Every event once, in order; also the place for alerts. An error thrown here fails the run. */
  readonly onEvent?: (event: PipelineEvent) => void;
  /**
   * Gets the lines of `progress: "log"` and warnings: console, pino, or any object with these functions. Default the standard error stream.
   * The operator may say from which level on, and as text or JSON: `[runtime] log_level`, `log_format`.
   */
  readonly logger?: Logger;
  /** `workers`: parallel resources that are asked for an item at once (default 5). `maxParallelItems`: promises and thunks in flight (default 20). `order` default `"round_robin"`. */
  readonly extract?: { readonly workers?: number; readonly maxParallelItems?: number; readonly order?: "fifo" | "round_robin" };
  /**
   * `workers`: so many threads normalize a large package (default 1: none but the one of the program). What comes out is the same. In config: `[normalize] workers = …`.
   */
  readonly normalize?: { readonly workers?: number };
  /**
   * `workers`: so many jobs are loaded at once, where a destination loads them one by one (default 20). A destination that stores a package in one transaction
   * has one connection for it, and throws ConfigError.
   * `deleteCompletedJobs`: the files of loaded packages are not kept (default false). `maxRetries`: so often a load is tried again that failed of something
   * passing, such as a lost connection or a lock (default 5, 0: never). In config: `[load] delete_completed_jobs`, `raise_on_max_retries`.
   */
  readonly load?: { readonly workers?: number; readonly deleteCompletedJobs?: boolean; readonly maxRetries?: number };
}

const known = [
  "name",
  "destination",
  "datasetName",
  "pipelinesDir",
  "restoreFromDestination",
  "atomic",
  "useSingleDataset",
  "devMode",
  "refresh",
  "schemaContract",
  "state",
  "naming",
  "importSchemaPath",
  "exportSchemaPath",
  "progress",
  "onEvent",
  "logger",
  "extract",
  "normalize",
  "load",
  "loaderFileFormat",
  "signal",
  "commitEvery",
  "maxDuration",
] as const;

/** Throws ConfigError for what cannot be. */
export function checkPipelineOptions(options: PipelineOptions): void {
  checkOptions("pipeline()", options, known);
  if (options.name !== undefined) checkName("pipeline", options.name);
  if (options.datasetName !== undefined && options.datasetName.trim() === "")
    throw new ConfigError("The `datasetName` of a pipeline must not be blank.");
  if (typeof options.naming === "object" && options.naming !== null) checkCustomNaming(options.naming, namingNames);
  else if (options.naming !== undefined && !newNamingNames.includes(options.naming)) {
    throw new ConfigError(
      `There is no naming convention \`${options.naming}\`. There are ${newNamingNames.join(", ")}, and an object with a convention of your own.`,
    );
  }
  checkFolder("importSchemaPath", options.importSchemaPath);
  checkFolder("exportSchemaPath", options.exportSchemaPath);
  oneOf("refresh", options.refresh, refreshModes);
  checkRunParts(options);
  if (options.schemaContract !== undefined) storedContract(options.schemaContract);
  oneOf("progress", options.progress, ["auto", "bars", "log", "none"]);
  checkLogger(options.logger);
  const { extract = {}, normalize = {}, load = {}, state = {} } = options;
  checkOptions("`extract` of pipeline()", extract, ["workers", "maxParallelItems", "order"]);
  checkOptions("`normalize` of pipeline()", normalize, ["workers"]);
  countOf("normalize.workers", normalize.workers, 1);
  checkOptions("`load` of pipeline()", load, ["workers", "deleteCompletedJobs", "maxRetries"]);
  countOf("load.workers", load.workers, 1);
  countOf("load.maxRetries", load.maxRetries);
  checkOptions("`state` of pipeline()", state, ["warnBytes", "maxBytes", "keepVersions", "maxBorderHashes"]);
  countOf("state.warnBytes", state.warnBytes);
  countOf("state.maxBytes", state.maxBytes, 1);
  countOf("state.keepVersions", state.keepVersions, 1);
  countOf("state.maxBorderHashes", state.maxBorderHashes);
  countOf("extract.workers", extract.workers, 1);
  countOf("extract.maxParallelItems", extract.maxParallelItems, 1);
  oneOf("extract.order", extract.order, ["fifo", "round_robin"]);
  oneOf("loaderFileFormat", options.loaderFileFormat, fileFormats);
  checkFolderName(options.name ?? "pipeline");
}

/** The name of the script that runs, without its ending. */
export function scriptName(argv: readonly string[]): string {
  const name = basename(argv[1] ?? "").replace(/\.[cm]?[jt]sx?$/, "");
  return name === "" || name.startsWith("[") ? "leat" : name;
}

function checkFolder(option: string, path: unknown): void {
  if (path === undefined || (typeof path === "string" && path.trim() !== "")) return;
  throw new ConfigError(`The \`${option}\` of a pipeline has to be the path of a folder; got ${JSON.stringify(path)}.`);
}

function checkLogger(logger: PipelineOptions["logger"]): void {
  if (logger === undefined) return;
  const missing = (["debug", "info", "warn", "error"] as const).filter((method) => typeof logger?.[method] !== "function");
  if (missing.length > 0)
    throw new ConfigError(
      `The \`logger\` of a pipeline lacks ${missing.join(", ")}: give console, pino, or an object with these functions.`,
    );
}

/** The working directory is named after the pipeline. */
export function checkFolderName(name: string, platform?: NodeJS.Platform): void {
  if (/[/\\:*?"<>|\0]/.test(name) || name === "." || name === "..") {
    throw new ConfigError(`The pipeline name ${JSON.stringify(name)} cannot be the name of a folder: leave out / \\ : * ? " < > |.`);
  }
  const problem = fileNameProblem(name, platform);
  if (problem !== undefined)
    throw new ConfigError(`The pipeline name ${JSON.stringify(name)} cannot be the name of a folder: it ${problem}.`);
}
