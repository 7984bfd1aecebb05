import type { ConfigEnvironment } from "../config/config-environment.ts";
import { type ConfigOf, type ConfigOverrides, type Field, field } from "../config/field.ts";
import { type ResolvedSetting, resolveConfig } from "../config/resolve.ts";
import type { Duration } from "../core/duration.ts";
import { ConfigError } from "../core/errors.ts";
import { type FileFormat, fileFormats } from "../schema/hint-options.ts";
import type { PipelineOptions } from "./pipeline-options.ts";
import type { LogSettings } from "./progress/progress-display.ts";
import { resolveWriters, type WriterSettings } from "./writer-config.ts";

const logLevels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "debug", "info", "warning", "warn", "error", "critical"] as const;
const logFormats = ["text", "JSON", "json"] as const;
type LogLevelName = (typeof logLevels)[number];
type LogFormatName = (typeof logFormats)[number];

/**
 * What an operator may set from outside of the code, for all pipelines or for one of them. A group, such as `state`, is a section
 * of its own. Environment: `RESTORE_FROM_DESTINATION`, `CHESS__RESTORE_FROM_DESTINATION` for the pipeline `chess`.
 */
export const pipelineConfig: {
  readonly restoreFromDestination: Field<boolean>;
  readonly useSingleDataset: Field<boolean>;
  readonly state: {
    readonly warnBytes: Field<number>;
    readonly maxBytes: Field<number | undefined>;
    readonly keepVersions: Field<number | undefined>;
    readonly maxBorderHashes: Field<number>;
  };
  readonly commitEvery: { readonly rows: Field<number | undefined>; readonly ms: Field<number | undefined> };
  readonly maxDuration: Field<Duration | undefined>;
  readonly normalize: {
    readonly loaderFileFormat: Field<FileFormat | undefined>;
    readonly workers: Field<number>;
    readonly kernel: Field<boolean>;
    readonly ahead: Field<boolean>;
  };
  readonly load: {
    readonly workers: Field<number | undefined>;
    readonly raiseOnMaxRetries: Field<number>;
    readonly raiseOnFailedJobs: Field<boolean>;
    readonly early: Field<boolean>;
    readonly deleteCompletedJobs: Field<boolean>;
    readonly truncateStagingDataset: Field<boolean>;
  };
  readonly runtime: {
    readonly logLevel: Field<LogLevelName | undefined>;
    readonly logFormat: Field<LogFormatName | undefined>;
  };
} = {
  restoreFromDestination: field.flag("Read and write state and schemas in the destination. If false, state is on this machine alone.", {
    default: true,
  }),
  useSingleDataset: field.flag(
    "Load all schemas into one dataset. If false, each but the default schema into one of its own, `<dataset>_<schema>`.",
    {
      default: true,
    },
  ),
  state: {
    warnBytes: field.count("A run that makes the state larger than this warns. Bytes of its JSON.", { default: 10_000_000 }),
    maxBytes: field.optional(field.count("A run that makes the state larger than this fails. Bytes of its JSON; default no limit.")),
    keepVersions: field.optional(field.count("So many versions of the state stay in the destination, 1 or more; default all.")),
    maxBorderHashes: field.count(
      "A cursor with more rows at its last value than this remembers them in a table of the dataset, not in the state.",
      {
        default: 4000,
      },
    ),
  },
  commitEvery: {
    rows: field.optional(field.count("A package ends after so many rows, 1 or more; default one package per run.")),
    ms: field.optional(field.count("A package ends after so many milliseconds, 1 or more; default one package per run.")),
  },
  maxDuration: field.optional(field.duration("Extract ends after this time, rows that are left come with the next run; default no limit.")),
  normalize: {
    loaderFileFormat: field.optional(
      field.oneOf("The format of job files, for tables that do not say theirs; default what the destination prefers.", fileFormats),
    ),
    workers: field.count("So many threads normalize a large package, 1 or more.", { default: 1 }),
    kernel: field.flag("Large packages are normalized by WebAssembly where that can be. If false, slower, by JavaScript alone.", {
      default: true,
    }),
    ahead: field.flag(
      "A thread normalizes raw files of a large run while others are extracted. If false, all wait for the end of the extract.",
      {
        default: true,
      },
    ),
  },
  load: {
    workers: field.optional(field.count("So many jobs are loaded at once where each is loaded by itself, 1 or more; default 20.")),
    raiseOnMaxRetries: field.count("A load that failed of something passing is tried again so often, then it fails. 0: never.", {
      default: 5,
    }),
    raiseOnFailedJobs: field.flag(
      "A job that cannot be loaded fails the run. It cannot be turned off: a package is loaded whole or not at all.",
      {
        default: true,
      },
    ),
    early: field.flag(
      "Rows of a large run go into a transaction of DuckDB while others are extracted. If false, when the package is complete.",
      { default: true },
    ),
    deleteCompletedJobs: field.flag("Do not keep the files of packages that were loaded.", { default: false }),
    truncateStagingDataset: field.flag(
      "Empty the tables of the staging dataset (`destination.staging_dataset_name_layout`) once their rows are where they belong.",
      { default: false },
    ),
  },
  runtime: {
    logLevel: field.optional(
      field.oneOf("Log lines below this level are dropped; default `INFO`, for a logger of the program none.", logLevels),
    ),
    logFormat: field.optional(field.oneOf("How log lines are written to the standard error stream; default `text`.", logFormats)),
  },
};

export type PipelineConfig = ConfigOf<typeof pipelineConfig> & { readonly writers: WriterSettings };

/** The settings of one run. What the code says wins. Throws ConfigError. */
export async function resolvePipelineConfig(
  options: PipelineOptions,
  { pipelineName, environment, onResolved }: PipelineConfigContext,
): Promise<PipelineConfig> {
  const { restoreFromDestination, useSingleDataset, state, normalize } = options;
  const overrides = { restoreFromDestination, useSingleDataset, state, normalize, load: loadOverrides(options) };
  const lookup = { environment, pipelineName, onResolved };
  const config = await resolveConfig(pipelineConfig, { overrides, sections: ["pipelines", pipelineName], ...lookup });
  refuseFailedJobs(config);
  return { ...config, writers: await resolveWriters(lookup) };
}

function refuseFailedJobs({ load }: ConfigOf<typeof pipelineConfig>): void {
  if (load.raiseOnFailedJobs) return;
  throw new ConfigError(
    "The setting `load.raise_on_failed_jobs` is false: a package would be loaded without the jobs that fail. leat loads a package in one transaction, whole or not at all. " +
      "Leave the setting out; a job that keeps failing is left out by hand: leat pipeline NAME load-package LOAD_ID fail-job JOB.",
  );
}

function loadOverrides({ load = {} }: PipelineOptions): ConfigOverrides<typeof pipelineConfig.load> {
  const { workers, maxRetries, deleteCompletedJobs } = load;
  return {
    ...(workers === undefined ? {} : { workers }),
    ...(maxRetries === undefined ? {} : { raiseOnMaxRetries: maxRetries }),
    ...(deleteCompletedJobs === undefined ? {} : { deleteCompletedJobs }),
  };
}

interface PipelineConfigContext {
  readonly pipelineName: string;
  readonly environment: ConfigEnvironment;
  readonly onResolved: (setting: ResolvedSetting) => void;
}

/** Levels are those of dlt, in either case; nothing of ours is critical. */
export function logSettings({ runtime }: PipelineConfig): LogSettings {
  const { logLevel, logFormat } = runtime;
  const level = logLevel?.toLowerCase();
  return {
    level: level === "warning" ? "warn" : level === "critical" ? "none" : (level as Exclude<LogSettings["level"], undefined> | undefined),
    format: logFormat === undefined ? undefined : logFormat === "text" ? "text" : "json",
  };
}
