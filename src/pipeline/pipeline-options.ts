import { basename } from "node:path";
import { ConfigError } from "../core/errors.ts";
import type { Destination } from "../destination-kit/contract.ts";
import { checkName, checkOptions } from "../extract/definition.ts";
import { type Refresh, refreshModes } from "../extract/refresh.ts";
import { countOf, oneOf } from "../schema/given.ts";
import { type NamingName, namingNames } from "../schema/naming/naming-convention.ts";
import type { Logger, PipelineEvent } from "./events.ts";

/** A built-in destination by its name. */
export type DestinationName = "duckdb" | "postgres" | (string & {});

/** Settings of a run; given to `pipeline()` they hold for all its runs. */
export interface RunSettings {
  /**
   * Starts over, once extract and normalize succeeded: `"drop_sources"` drops all tables and state of the sources that run, `"drop_resources"` those of the
   * resources that run (parents of transformers too), `"drop_data"` empties the tables and drops the state. Throws PackagePendingError.
   */
  readonly refresh?: Refresh;
  /** First abort ends an extract without a package and lets running load jobs finish; throws CancelledError. The next run goes on. */
  readonly signal?: AbortSignal | undefined;
}

export interface PipelineOptions<Name extends string = string, D extends string = string> extends RunSettings {
  /** Default: name of the script. State belongs to name, destination and dataset. */
  readonly name?: Name;
  /** Default DuckDB, in the file `<name>.duckdb` of the current folder. */
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
   * How large the state may get, in bytes of its JSON: a run that makes it larger than `warnBytes` (default 10 MB) emits a warning, one that makes it larger than
   * `maxBytes` (default none) fails. `keepVersions`: so many versions stay in the destination, the newest; default all. In config: `[state] warn_bytes = …`.
   */
  readonly state?: { readonly warnBytes?: number; readonly maxBytes?: number; readonly keepVersions?: number };
  /** How names in the data become names of tables and columns. Default `"snake_case"`. */
  readonly naming?: Exclude<NamingName, "s3_tables">;
  /** Default `"auto"`: counters on a terminal, lines elsewhere. */
  readonly progress?: "auto" | "bars" | "log" | "none";
  /** Every event once, in order; also the place for alerts. An error thrown here fails the run. */
  readonly onEvent?: (event: PipelineEvent) => void;
  /** Gets the lines of `progress: "log"` and warnings. Default the standard error stream. */
  readonly logger?: Logger;
  /** `workers`: parallel resources that are asked for an item at once (default 5). `maxParallelItems`: promises and thunks in flight (default 20). `order` default `"round_robin"`. */
  readonly extract?: { readonly workers?: number; readonly maxParallelItems?: number; readonly order?: "fifo" | "round_robin" };
  /** `deleteCompletedJobs`: the files of loaded packages are not kept. Default false. */
  readonly load?: { readonly deleteCompletedJobs?: boolean };
}

const known = [
  "name",
  "destination",
  "datasetName",
  "pipelinesDir",
  "restoreFromDestination",
  "devMode",
  "refresh",
  "state",
  "naming",
  "progress",
  "onEvent",
  "logger",
  "extract",
  "load",
  "signal",
] as const;

/** Throws ConfigError for what cannot be. */
export function checkPipelineOptions(options: PipelineOptions): void {
  checkOptions("pipeline()", options, known);
  if (options.name !== undefined) checkName("pipeline", options.name);
  if (options.datasetName !== undefined && options.datasetName.trim() === "")
    throw new ConfigError("The `datasetName` of a pipeline must not be blank.");
  if (options.naming !== undefined && !namingNames.includes(options.naming)) {
    throw new ConfigError(`There is no naming convention \`${options.naming}\`. There are ${namingNames.join(", ")}.`);
  }
  oneOf("refresh", options.refresh, refreshModes);
  oneOf("progress", options.progress, ["auto", "bars", "log", "none"]);
  const { extract = {}, load = {}, state = {} } = options;
  checkOptions("`extract` of pipeline()", extract, ["workers", "maxParallelItems", "order"]);
  checkOptions("`load` of pipeline()", load, ["deleteCompletedJobs"]);
  checkOptions("`state` of pipeline()", state, ["warnBytes", "maxBytes", "keepVersions"]);
  countOf("state.warnBytes", state.warnBytes);
  countOf("state.maxBytes", state.maxBytes, 1);
  countOf("state.keepVersions", state.keepVersions, 1);
  countOf("extract.workers", extract.workers, 1);
  countOf("extract.maxParallelItems", extract.maxParallelItems, 1);
  oneOf("extract.order", extract.order, ["fifo", "round_robin"]);
  checkFolderName(options.name ?? "pipeline");
}

/** The name of the script that runs, without its ending. */
export function scriptName(argv: readonly string[]): string {
  const name = basename(argv[1] ?? "").replace(/\.[cm]?[jt]sx?$/, "");
  return name === "" || name.startsWith("[") ? "leat" : name;
}

/** The working directory is named after the pipeline. */
function checkFolderName(name: string): void {
  if (!/[/\\:*?"<>|\0]/.test(name) && name !== "." && name !== "..") return;
  throw new ConfigError(`The pipeline name ${JSON.stringify(name)} cannot be the name of a folder: leave out / \\ : * ? " < > |.`);
}
