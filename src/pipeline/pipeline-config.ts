import type { ConfigEnvironment } from "../config/config-environment.ts";
import { type ConfigOf, type Field, field } from "../config/field.ts";
import { type ResolvedSetting, resolveConfig } from "../config/resolve.ts";
import type { PipelineOptions } from "./pipeline-options.ts";

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
} = {
  restoreFromDestination: field.flag("Read and write state and schemas in the destination. If false, state is on this machine alone.", {
    default: true,
  }),
  state: {
    warnBytes: field.count("A run that makes the state larger than this warns. Bytes of its JSON.", { default: 10_000_000 }),
    maxBytes: field.optional(field.count("A run that makes the state larger than this fails. Bytes of its JSON; default no limit.")),
    keepVersions: field.optional(field.count("So many versions of the state stay in the destination, 1 or more; default all.")),
  },
};

export type PipelineConfig = ConfigOf<typeof pipelineConfig>;

/** The settings of one run. What the code says wins. Throws ConfigError. */
export function resolvePipelineConfig(
  options: PipelineOptions,
  { pipelineName, environment, onResolved }: PipelineConfigContext,
): Promise<PipelineConfig> {
  const overrides = { restoreFromDestination: options.restoreFromDestination, state: options.state };
  return resolveConfig(pipelineConfig, { overrides, sections: ["pipelines", pipelineName], environment, pipelineName, onResolved });
}

interface PipelineConfigContext {
  readonly pipelineName: string;
  readonly environment: ConfigEnvironment;
  readonly onResolved: (setting: ResolvedSetting) => void;
}
