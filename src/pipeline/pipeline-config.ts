import type { ConfigEnvironment } from "../config/config-environment.ts";
import { type ConfigOf, type ConfigOverrides, type Field, field } from "../config/field.ts";
import { type ResolvedSetting, resolveConfig } from "../config/resolve.ts";
import type { Duration } from "../core/duration.ts";
import { type FileFormat, fileFormats } from "../schema/hint-options.ts";
import type { PipelineOptions } from "./pipeline-options.ts";
import type { LogSettings } from "./progress/progress-display.ts";

const logLevels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "debug", "info", "warning", "warn", "error", "critical"] as const;
const logFormats = ["text", "JSON", "json"] as const;
type LogLevelName = (typeof logLevels)[number];
type LogFormatName = (typeof logFormats)[number];

type DataWriterFields = {
  readonly bufferMaxItems: Field<number | undefined>;
  readonly fileMaxItems: Field<number | undefined>;
  readonly fileMaxBytes: Field<number | undefined>;
  readonly disableCompression: Field<boolean>;
};

const dataWriterFields: DataWriterFields = {
  bufferMaxItems: field.optional(field.count("So many rows of a table wait in memory at most; default by their bytes.")),
  fileMaxItems: field.optional(field.count("A job file has so many rows at most; default no limit.")),
  fileMaxBytes: field.optional(field.count("A job file ends when it has about so many bytes; default no limit.")),
  disableCompression: field.flag("Job files of text are not compressed. If false, they are, with gzip.", { default: true }),
};

/**
 * What an operator may set from outside of the code, for all pipelines or for one of them. A group, such as `state`, is a section
 * of its own. Environment: `RESTORE_FROM_DESTINATION`, `CHESS__RESTORE_FROM_DESTINATION` for the pipeline `chess`.
 */
export const pipelineConfig: {
  readonly restoreFromDestination: Field<boolean>;
  readonly state: {
    readonly warnBytes: Field<number>;
    readonly maxBytes: Field<number | undefined>;
    readonly keepVersions: Field<number | undefined>;
  };
  readonly commitEvery: { readonly rows: Field<number | undefined>; readonly ms: Field<number | undefined> };
  readonly maxDuration: Field<Duration | undefined>;
  readonly normalize: { readonly loaderFileFormat: Field<FileFormat | undefined> };
  readonly dataWriter: DataWriterFields;
  readonly load: {
    readonly raiseOnMaxRetries: Field<number>;
    readonly deleteCompletedJobs: Field<boolean>;
  };
  readonly runtime: {
    readonly logLevel: Field<LogLevelName | undefined>;
    readonly logFormat: Field<LogFormatName | undefined>;
  };
} = {
  restoreFromDestination: field.flag("Read and write state and schemas in the destination. If false, state is on this machine alone.", {
    default: true,
  }),
  state: {
    warnBytes: field.count("A run that makes the state larger than this warns. Bytes of its JSON.", { default: 10_000_000 }),
    maxBytes: field.optional(field.count("A run that makes the state larger than this fails. Bytes of its JSON; default no limit.")),
    keepVersions: field.optional(field.count("So many versions of the state stay in the destination, 1 or more; default all.")),
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
  },
  dataWriter: dataWriterFields,
  load: {
    raiseOnMaxRetries: field.count("A load that failed of something passing is tried again so often, then it fails. 0: never.", {
      default: 5,
    }),
    deleteCompletedJobs: field.flag("Do not keep the files of packages that were loaded.", { default: false }),
  },
  runtime: {
    logLevel: field.optional(
      field.oneOf("Log lines below this level are dropped; default `INFO`, for a logger of the program none.", logLevels),
    ),
    logFormat: field.optional(field.oneOf("How log lines are written to the standard error stream; default `text`.", logFormats)),
  },
};

export type PipelineConfig = ConfigOf<typeof pipelineConfig>;

/** The settings of one run. What the code says wins. Throws ConfigError. */
export function resolvePipelineConfig(
  options: PipelineOptions,
  { pipelineName, environment, onResolved }: PipelineConfigContext,
): Promise<PipelineConfig> {
  const overrides = { restoreFromDestination: options.restoreFromDestination, state: options.state, load: loadOverrides(options) };
  return resolveConfig(pipelineConfig, { overrides, sections: ["pipelines", pipelineName], environment, pipelineName, onResolved });
}

function loadOverrides({ load = {} }: PipelineOptions): ConfigOverrides<typeof pipelineConfig.load> {
  const { maxRetries, deleteCompletedJobs } = load;
  return {
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
