import { ConfigError } from "../core/errors.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import type { Capabilities } from "../destination-kit/capabilities.ts";
import { type BuildEnvironment, buildSource } from "../extract/build-source.ts";
import { checkRowSchema } from "../extract/check-row-schema.ts";
import type { ResourceDefinition } from "../extract/definition.ts";
import { replaceResources } from "../extract/replace-resources.ts";
import { checkRows, definitionOf, isResource, type Resource, resource } from "../extract/resource.ts";
import { mergeHints } from "../extract/resource-hints.ts";
import type { Rows } from "../extract/rows.ts";
import { isSource, type Source, type SourceFactory } from "../extract/source.ts";
import type { SourceDefinition } from "../extract/source-definition.ts";
import type { ResourceHints, SchemaContract, SourceHints } from "../schema/hint-options.ts";
import { normalizeSchemaName } from "../schema/naming/schema-name.ts";
import { withConfiguredCursors } from "./incremental-config.ts";
import { configuredHints } from "./source-config.ts";

/** What can be run: a source, a resource, rows in any form, a function that gives rows, or a list of sources and resources (not mixed with rows). */
export type Runnable<Item> = Source | readonly (Source | Resource)[] | Rows<Item> | (() => Rows<Item>);

/** A source of a run, built, before its schema is looked up. */
export interface BuiltSource {
  readonly name: string;
  readonly resources: readonly ResourceDefinition[];
  readonly hints: SourceHints;
  readonly stateSchema?: StandardSchema | undefined;
  /** The schema file of its author, for a schema of this name. */
  readonly schemaFile?: { readonly path: string | URL; readonly name: string } | undefined;
}

/** What a call of run() says about all its resources. */
export interface RunHints extends ResourceHints {
  readonly schema?: StandardSchema;
}

export interface BuildOptions {
  /** Name of the schema of resources that belong to no source. */
  readonly defaultName: string;
  /** Given to `run`; they win over those of the resources. */
  readonly hints: RunHints;
  /** Of the destination. */
  readonly capabilities?: Pick<Capabilities, "maxTableNesting">;
  environment(sourceName: string): BuildEnvironment;
}

/** Builds everything that is to be run. Resources without a source come together under the default name. */
export async function buildRunnable(data: unknown, options: BuildOptions): Promise<readonly BuiltSource[]> {
  const bySource = new Map<string, BuiltSource>();
  const sections = new Map<string, readonly string[]>();
  for (const part of partsOf(data, options.hints)) {
    const built = part.kind === "resource" ? fromResource(part.definition, options) : await fromSource(part.definition, options);
    const known = bySource.get(built.name);
    if (part.kind === "source") sections.set(built.name, sectionsOf(part.definition));
    bySource.set(
      built.name,
      known === undefined
        ? built
        : {
            name: built.name,
            resources: [...known.resources, ...built.resources],
            hints: { ...known.hints, ...built.hints },
            stateSchema: built.stateSchema ?? known.stateSchema,
            schemaFile: built.schemaFile ?? known.schemaFile,
          },
    );
  }
  return Promise.all(
    [...bySource.values()].map(async (built) => {
      const hinted = withHints(built.resources, options.hints);
      const [inSections, environment] = [sections.get(built.name) ?? ["sources"], options.environment(built.name)];
      return {
        ...built,
        resources: await withConfiguredCursors(hinted, inSections, environment),
        hints: withContract(
          await configuredHints(built.hints, inSections, environment, options.capabilities),
          options.hints.schemaContract,
        ),
      };
    }),
  );
}

type Part =
  | { readonly kind: "resource"; readonly definition: ResourceDefinition }
  | { readonly kind: "source"; readonly definition: SourceDefinition };

function partsOf(data: unknown, hints: RunHints): readonly Part[] {
  if (Array.isArray(data) && data.some((member) => isDefinition(member) || isFactory(member))) return data.map(partOf);
  if (isDefinition(data) || isFactory(data)) return [partOf(data)];
  checkRows("run()", data);
  const { tableName } = hints;
  if (typeof tableName !== "string") throw new ConfigError(`Rows without a resource need a table: run(rows, { tableName: "..." }).`);
  return [{ kind: "resource", definition: definitionOf(resource(tableName, data as Rows<unknown>), "run()") }];
}

function isDefinition(value: unknown): boolean {
  return isResource(value) || isSource(value);
}

function isFactory(value: unknown): value is SourceFactory {
  return typeof value === "function" && "config" in value;
}

function partOf(value: unknown): Part {
  if (isSource(value)) return { kind: "source", definition: value["~source"] };
  if (isFactory(value)) throw new ConfigError(`\`${value.name}\` is the factory of a source, not a source: call it, run(${value.name}()).`);
  return { kind: "resource", definition: definitionOf(value, "Each member of a list of sources and resources") };
}

function fromResource(definition: ResourceDefinition, { defaultName }: BuildOptions): BuiltSource {
  return { name: defaultName, resources: [definition], hints: {} };
}

async function fromSource(definition: SourceDefinition, options: BuildOptions): Promise<BuiltSource> {
  const name = normalizeSchemaName(definition.name);
  const resources = await buildSource(definition, options.environment(name));
  const { hints, stateSchema, schemaPath, factoryName } = definition;
  const schemaFile = schemaPath === undefined ? undefined : { path: schemaPath, name: normalizeSchemaName(factoryName) };
  return { name, resources, hints, stateSchema, schemaFile };
}

/** Where config says something about the resources of a source. */
function sectionsOf({ section, factoryName }: SourceDefinition): readonly string[] {
  return section === undefined ? ["sources", factoryName] : ["sources", section, factoryName];
}

/** A contract of the run is that of all its tables, also of nested ones and of those to come. */
function withContract(hints: SourceHints, schemaContract: SchemaContract | undefined): SourceHints {
  return schemaContract === undefined ? hints : { ...hints, schemaContract };
}

function withHints(resources: readonly ResourceDefinition[], { schema, ...hints }: RunHints): readonly ResourceDefinition[] {
  if (Object.keys(hints).length === 0 && schema === undefined) return resources;
  if (schema !== undefined) checkRowSchema("run()", schema);
  return replaceResources(resources, (definition) => ({
    ...definition,
    hints: mergeHints(definition.hints, hints),
    schema: schema ?? definition.schema,
  }));
}
