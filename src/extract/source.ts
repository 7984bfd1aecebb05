import type { ConfigOf, ConfigOverrides, ConfigSpec } from "../config/spec.ts";
import { ConfigError } from "../core/errors.ts";
import { kindOf } from "../core/kind-of.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import type { SourceHints } from "../schema/hint-options.ts";
import { checkName, checkOptions } from "./definition.ts";
import type { LimitOptions, Resource } from "./resource.ts";
import type { Loose } from "./rows.ts";
import type { SourceDefinition, SourceEdit } from "./source-definition.ts";
import { checkStateSchema } from "./state-schema.ts";
import type { DeepReadonly, StateObject } from "./state-types.ts";

/** What the function of a source gets. */
export interface SourceContext<Config = Record<never, never>, State = Loose> {
  /** The settings that `config` of the options declares: given in code, or found. */
  readonly config: Config;
  /** Source state as it was committed; a write throws StateAccessError. */
  readonly state: DeepReadonly<State>;
  /** Its name, also that of its schema. */
  readonly sourceName: string;
  /** Fires when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** What a source has besides its resources. */
export interface SourceOptions<Spec extends ConfigSpec = Record<never, never>, State = unknown> extends SourceHints {
  /** The settings that it needs, looked up in `sources.<name>`. Default none. */
  readonly config?: Spec;
  /** Types the source state in `build`, checks it when it is read and after the run, and fills its defaults. Throws InvalidStateError. */
  readonly stateSchema?: StandardSchema<State>;
  /** Section of the config lookup between `sources` and the name (dlt: the module). Default none. */
  readonly section?: string;
  /**
   * A dlt schema file to start from, YAML or JSON, of the name of the source. Its settings count in every run, its tables and hints are added to what is
   * stored. A path starts at the current folder; a `new URL("./shop.schema.yaml", import.meta.url)` beside the code. Throws ConfigError.
   */
  readonly schemaPath?: string | URL;
}

type OneOrMore<T> = T | readonly T[];
/** As NoInfer, but leaves no trace in the result, so that calls can be chained. */
type Hold<T> = [T][T extends unknown ? 0 : never];
type Named<R extends Resource, Name> = string extends R["name"] ? R : Extract<R, { readonly name: Name }>;

/** Resources under one name: one schema, one state. Built when it runs, so that config and state are those of the pipeline. */
export interface Source<out Name extends string = string, out R extends Resource = Resource> {
  /** Also the name of its schema and of its slot in the state. */
  readonly name: Name;
  /** Runs only these (dlt: `with_resources`). An unknown dynamic name throws ConfigError when the source is built. */
  withResources<N extends R["name"], All extends Resource = R>(...names: readonly N[]): Source<Name, Hold<Named<All, N>>>;
  /** Changes one resource of somebody else's source. */
  mapResource<N extends R["name"], Next extends Resource, All extends Resource = R>(
    name: N,
    change: (resource: Hold<Named<All, N>>) => Next,
  ): Source<Name, Hold<Exclude<All, Named<All, N>>> | Next>;
  /** Limits every resource. */
  limit(max: LimitOptions): Source<Name, R>;
  /** Another name: another schema and another state. */
  withName<const Next extends string>(name: Next): Source<Next, R>;
  /** Adds hints for all its tables. Those of a resource win, but for `parallel`, which holds for all of them. */
  applyHints(hints: SourceHints): Source<Name, R>;
  /** Builds outside a pipeline, with throw-away state: for tests. Throws ConfigError for missing config. */
  build<All extends Resource = R>(): Promise<{ readonly [N in All["name"]]: Hold<Named<All, N>> }>;
}

/** Call it with what is given in code; the rest of the config is looked up. */
export interface SourceFactory<Name extends string = string, Spec extends ConfigSpec = ConfigSpec, R extends Resource = Resource> {
  (overrides?: ConfigOverrides<Spec>): Source<Name, R>;
  /** The name of the sources that it makes. */
  readonly name: Name;
  /** The settings that they need. */
  readonly config: Spec;
}

const hintNames = ["maxTableNesting", "schemaContract", "rootKey", "parallel"] as const;

/** Groups resources under one name, with one config. Throws ConfigError for an invalid name or option. */
export function source<const Name extends string, R extends Resource>(
  name: Name,
  build: (context: SourceContext) => OneOrMore<R> | PromiseLike<OneOrMore<R>>,
): SourceFactory<Name, Record<never, never>, R>;
export function source<
  const Name extends string,
  R extends Resource,
  Spec extends ConfigSpec = Record<never, never>,
  State extends StateObject<State> = Loose,
>(
  name: Name,
  options: SourceOptions<Spec, State>,
  build: (context: SourceContext<ConfigOf<Spec>, State>) => OneOrMore<R> | PromiseLike<OneOrMore<R>>,
): SourceFactory<Name, Spec, R>;
export function source(name: string, ...rest: readonly unknown[]): SourceFactory {
  const [options, build] = (rest.length === 1 ? [{}, rest[0]] : rest) as [SourceOptions<ConfigSpec>, SourceDefinition["build"]];
  checkName("source", name);
  checkOptions(`Source \`${name}\``, options, ["config", "stateSchema", "section", "schemaPath", ...hintNames]);
  if (typeof build !== "function")
    throw new ConfigError(`Source \`${name}\` needs a function that returns its resources; got ${kindOf(build)}.`);
  const { config = {}, stateSchema, section, schemaPath, ...hints } = options;
  if (schemaPath !== undefined && typeof schemaPath !== "string" && !(schemaPath instanceof URL))
    throw new ConfigError(`The \`schemaPath\` of source \`${name}\` has to be a path or a URL.`);
  if (stateSchema !== undefined) checkStateSchema(`source \`${name}\``, stateSchema);
  const factory = (overrides: ConfigOverrides<ConfigSpec> = {}): Source => {
    const definition = { name, factoryName: name, section, spec: config, overrides, hints, stateSchema, schemaPath, build, edits: [] };
    return new SourceValue(definition) as unknown as Source;
  };
  Object.defineProperty(factory, "name", { value: name });
  return Object.freeze(Object.assign(factory, { config })) as unknown as SourceFactory;
}

/** The frozen value that users hold. What it means is in `~source`. */
class SourceValue {
  readonly name: string;
  readonly "~source": SourceDefinition;

  constructor(definition: SourceDefinition) {
    this.name = definition.name;
    this["~source"] = Object.freeze(definition);
    Object.freeze(this);
  }

  withResources(...names: readonly string[]): SourceValue {
    return this.#edited({ kind: "select", names });
  }

  mapResource(name: string, change: (resource: never) => Resource): SourceValue {
    return this.#edited({ kind: "map", name, change });
  }

  limit(max: LimitOptions): SourceValue {
    return this.#edited({ kind: "limit", max });
  }

  withName(name: string): SourceValue {
    checkName("source", name);
    return this.#with({ name });
  }

  applyHints(hints: SourceHints): SourceValue {
    checkOptions(`applyHints() of source \`${this.name}\``, hints, hintNames);
    return this.#with({ hints: { ...this["~source"].hints, ...hints } });
  }

  async build(): Promise<{ readonly [name: string]: Resource }> {
    const { buildAlone } = await import("./build-alone.ts");
    return await buildAlone(this["~source"]);
  }

  #edited(edit: SourceEdit): SourceValue {
    return this.#with({ edits: [...this["~source"].edits, edit] });
  }

  #with(change: Partial<SourceDefinition>): SourceValue {
    return new SourceValue({ ...this["~source"], ...change });
  }
}

export function isSource(value: unknown): value is Source & { readonly "~source": SourceDefinition } {
  return typeof value === "object" && value !== null && "~source" in value;
}
