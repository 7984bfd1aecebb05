import { ConfigError } from "../core/errors.ts";
import type { PackageCommands } from "../load-package/package-state.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { dropTables, tablesOfResources } from "../schema/drop-tables.ts";
import { type NameTest, nameTest } from "../schema/name-pattern.ts";
import { dataTables, hasSeenData } from "../schema/table.ts";
import { cloneState } from "../state/clone.ts";
import type { PipelineState } from "../state/document.ts";
import { dropStatePaths } from "../state/drop-paths.ts";
import { dropResourceStates } from "../state/drop-slots.ts";
import { pathText } from "../state/path.ts";

/** What is to be dropped, of one source. */
export interface DropRequest {
  /** Names, or patterns after `re:`. */
  readonly resources: readonly string[];
  readonly dropAll: boolean;
  readonly statePaths: readonly string[];
  readonly stateOnly: boolean;
}

/** What dropping does to schema and state, and what it comes to. */
export interface DropPlan {
  readonly schema: SchemaDocument;
  readonly state: PipelineState;
  readonly commands: PackageCommands;
  /** Nested ones before their parents. */
  readonly tables: readonly string[];
  /** Those that lose tables or state. */
  readonly resources: readonly string[];
  /** From the sources on: `shop.archives`. */
  readonly statePaths: readonly string[];
  /** What was asked for and matches nothing. */
  readonly warnings: readonly string[];
}

/** Computes what dropping would do (wire-format section 10). Nothing that is given is changed. Throws ConfigError for a bad pattern or path. */
export function planDrop(schema: SchemaDocument, before: PipelineState, request: DropRequest): DropPlan {
  const isMeant = request.dropAll ? () => true : nameTest(request.resources, { atStart: true });
  const found = tablesOfResources(schema, isMeant);
  const { resources, tables } = request.stateOnly ? { resources: [], tables: [] } : found;
  const state = cloneState(before);
  const slot = state.sources !== undefined && Object.hasOwn(state.sources, schema.name) ? state.sources[schema.name] : undefined;
  const states = dropResourceStates(slot, isMeant);
  const places = slot === undefined ? checked(request.statePaths) : dropStatePaths(slot, request.statePaths);
  const withData = tables.filter(hasSeenData);
  return {
    schema: dropTables(schema, tables),
    state,
    commands: withData.length === 0 ? {} : { dropped_tables: withData },
    tables: tables.map((table) => table.name),
    resources: [...new Set([...resources, ...states])],
    statePaths: places.map((place) => `${pathText([schema.name])}${place.startsWith("[") ? "" : "."}${place}`),
    warnings: [
      ...unmatched(schema, request, [...found.resources, ...states]),
      ...(places.length === 0 ? unmatchedPaths(schema, request) : []),
    ],
  };
}

/** Paths are read also where there is no state. */
function checked(statePaths: readonly string[]): string[] {
  return dropStatePaths({}, statePaths);
}

function unmatched(schema: SchemaDocument, { resources, dropAll }: DropRequest, found: readonly string[]): string[] {
  if (dropAll) return [];
  const names = [...new Set(dataTables(schema).flatMap(({ resource }) => (resource === undefined ? [] : [resource])))];
  const known = names.length === 0 ? "It has none" : `It has ${names.map((name) => `\`${name}\``).join(", ")}`;
  return resources
    .filter((one) => !found.some(nameTest([one], { atStart: true }) satisfies NameTest))
    .map((one) => `\`${one}\` matches no resource with tables or state in schema \`${schema.name}\`. ${known}.`);
}

function unmatchedPaths({ name }: SchemaDocument, { statePaths }: DropRequest): string[] {
  return statePaths.map((path) => `State path \`${path}\` finds nothing in the state of source \`${name}\`.`);
}

/** The schema to drop from. Throws ConfigError when there is none of that name, or none at all. */
export function schemaToDrop(
  schemas: ReadonlyMap<string, SchemaDocument>,
  name: string | null | undefined,
  pipelineName: string,
): SchemaDocument {
  const schema = name === null || name === undefined ? undefined : schemas.get(name);
  if (schema !== undefined) return schema;
  if (schemas.size === 0 || name === null || name === undefined)
    throw new ConfigError(
      `Pipeline \`${pipelineName}\` has no schema: there is nothing to drop. It never ran here, and its dataset holds no state of it.`,
    );
  throw new ConfigError(
    `Pipeline \`${pipelineName}\` has no schema \`${name}\`. It has ${[...schemas.keys()].map((one) => `\`${one}\``).join(", ")}.`,
  );
}
