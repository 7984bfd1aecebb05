import { processConfigEnvironment } from "../config/config-environment.ts";
import { resolveConfig } from "../config/resolve.ts";
import { buildSource } from "./build-source.ts";
import { type Resource, ResourceValue } from "./resource.ts";
import type { SourceDefinition } from "./source-definition.ts";

/** Builds a source outside of a pipeline, with the config of this process and throw-away state. */
export async function buildAlone(definition: SourceDefinition): Promise<{ readonly [name: string]: Resource }> {
  const environment = processConfigEnvironment();
  const resources = await buildSource(definition, {
    signal: new AbortController().signal,
    pipeline: undefined,
    sourceState: () => ({}),
    config: (spec, options) => resolveConfig(spec, { ...options, environment }),
  });
  return Object.fromEntries(
    resources.filter((resource) => resource.selected).map((resource) => [resource.name, new ResourceValue(resource)]),
  );
}
