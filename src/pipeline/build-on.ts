import type { Loose } from "../extract/rows.ts";
import { normalizeSchemaName } from "../schema/naming/schema-name.ts";
import type { PipelineState } from "../state/document.ts";
import { type BuiltSource, buildRunnable, type RunHints } from "./runnable.ts";
import type { StepHost } from "./step-host.ts";

/** Builds what a run was given, with the config of the pipeline and with `state`, which sources may read while they are built. */
export function buildOn(
  { context, pipeline, config, destination }: StepHost,
  state: PipelineState,
  data: unknown,
  hints: RunHints,
): Promise<readonly BuiltSource[]> {
  return buildRunnable(data, {
    defaultName: state.default_schema_name ?? normalizeSchemaName(pipeline.name),
    hints,
    capabilities: destination.capabilities,
    environment: (sourceName) => ({
      signal: context.signal,
      pipeline,
      sourceState: () => (state.sources?.[sourceName] ?? {}) as Loose,
      config: (spec, options) => config(spec, options),
    }),
  });
}
