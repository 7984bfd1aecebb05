import type { ConfigOf, ConfigOverrides, ConfigSpec } from "../config/spec.ts";
import { ConfigError, LeatError } from "../core/errors.ts";
import { normalizeSchemaName } from "../schema/naming/schema-name.ts";
import { WorkingCopy } from "../state/working-copy.ts";
import type { ResourceDefinition } from "./definition.ts";
import { combineLimits } from "./definition.ts";
import { ResourceFailedError } from "./errors.ts";
import { replaceResources } from "./replace-resources.ts";
import { definitionOf, isResource, ResourceValue, readLimit } from "./resource.ts";
import type { Loose } from "./rows.ts";
import { type Running, runAs, sourceStateOf } from "./running.ts";
import type { SourceDefinition, SourceEdit } from "./source-definition.ts";
import { checkedState } from "./state-schema.ts";

export interface BuildEnvironment {
  readonly signal: AbortSignal;
  readonly pipeline: Running["pipeline"];
  /** The source state as it was committed. */
  sourceState(): Loose;
  /** Looks up the config of the source. */
  config<Spec extends ConfigSpec>(
    spec: Spec,
    options: { readonly overrides: ConfigOverrides<Spec>; readonly sections: readonly string[] },
  ): Promise<ConfigOf<Spec>>;
}

/** The resources of a source, after its function ran and all edits are done. Throws ConfigError for missing config and unknown names. */
export async function buildSource(definition: SourceDefinition, environment: BuildEnvironment): Promise<readonly ResourceDefinition[]> {
  const { factoryName, section, spec, overrides, hints } = definition;
  const name = normalizeSchemaName(definition.name);
  const sections = section === undefined ? ["sources", factoryName] : ["sources", section, factoryName];
  const config = await environment.config(spec, { overrides, sections });
  const state = await stateToBuildWith(definition, environment, name);
  const running: Running = {
    sourceName: name,
    resourceName: undefined,
    stateAccess: "read",
    signal: environment.signal,
    pipeline: environment.pipeline,
    sourceState: state,
    resourceState: () => ({}),
  };
  const context = {
    config,
    get state() {
      return sourceStateOf(running);
    },
    sourceName: name,
    signal: environment.signal,
  };
  const built = await callBuild(definition, running, context);
  const resources = (Array.isArray(built) ? built : [built]).map((value, index) =>
    definitionOf(value, `Item ${index} of what source \`${name}\` returned`),
  );
  let edited: readonly ResourceDefinition[] = resources;
  for (const edit of definition.edits) edited = applyEdit(name, edited, edit);
  const { parallel } = hints;
  return parallel === undefined ? edited : replaceResources(edited, (resource) => ({ ...resource, parallel }));
}

/** As it was committed, now and later; what a schema fills in is seen here, but not stored. A function that takes no context does not look. */
async function stateToBuildWith(
  { stateSchema, build }: SourceDefinition,
  environment: BuildEnvironment,
  source: string,
): Promise<() => Loose> {
  let copy: Loose | undefined;
  const committed = (): Loose => (copy ??= new WorkingCopy(environment.sourceState()).state);
  if (build.length > 0) committed();
  if (stateSchema === undefined) return committed;
  const slot = { schema: stateSchema, source, resource: undefined, pipelineName: environment.pipeline?.name };
  const checked = await checkedState(slot, committed(), "read");
  return () => checked;
}

async function callBuild(definition: SourceDefinition, running: Running, context: object): Promise<unknown> {
  try {
    return await runAs(running, () => (definition.build as (context: object) => unknown)(context));
  } catch (error) {
    if (LeatError.is(error)) throw error;
    throw new ResourceFailedError({ resource: "(building the source)", sourceName: definition.name, cause: error });
  }
}

function applyEdit(sourceName: string, resources: readonly ResourceDefinition[], edit: SourceEdit): readonly ResourceDefinition[] {
  switch (edit.kind) {
    case "select":
      for (const name of edit.names) checkKnown(sourceName, resources, name);
      return replaceResources(resources, (resource) => {
        const selected = edit.names.includes(resource.name);
        return resource.selected === selected ? resource : { ...resource, selected };
      });
    case "map":
      checkKnown(sourceName, resources, edit.name);
      return replaceResources(resources, (resource) => {
        if (resource.name !== edit.name) return resource;
        const changed = edit.change(new ResourceValue(resource) as never);
        if (!isResource(changed))
          throw new ConfigError(`mapResource("${edit.name}") of source \`${sourceName}\` has to return a resource.`);
        return definitionOf(changed, edit.name);
      });
    case "limit":
      return replaceResources(resources, (resource) => ({
        ...resource,
        limit: combineLimits(resource.limit, readLimit(resource.name, edit.max)),
      }));
  }
}

function checkKnown(sourceName: string, resources: readonly ResourceDefinition[], name: string): void {
  if (resources.some((resource) => resource.name === name)) return;
  const known = resources.map((resource) => `\`${resource.name}\``).join(", ");
  throw new ConfigError(`Source \`${sourceName}\` has no resource \`${name}\`. It has ${known || "none"}.`);
}
