import type { Duration } from "../core/duration.ts";
import { durationMs } from "../core/duration.ts";
import { ConfigError } from "../core/errors.ts";
import { kindOf } from "../core/kind-of.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import { oneOf } from "../schema/given.ts";
import type { ResourceHints } from "../schema/hint-options.ts";
import { checkRowSchema } from "./check-row-schema.ts";
import { checkName, checkOptions, combineLimits, type Limit, type ResourceDefinition, type Step } from "./definition.ts";
import { checkIncremental, mergeIncremental } from "./incremental/check-incremental.ts";
import type { IncrementalOf, IncrementalOptions } from "./incremental/incremental-options.ts";
import { hintNames, mergeHints } from "./resource-hints.ts";
import { isIterated, isPromise, keepFailure, type Loose, type RowOf, type Rows, type RowType } from "./rows.ts";
import { checkStateSchema } from "./state-schema.ts";
import type { StateObject } from "./state-types.ts";

/** What a running resource gets. Annotate `ResourceContext<{ ... }>` to type the state, or give `stateSchema`. */
export interface ResourceContext<State extends StateObject<State> = Loose, Cursor = unknown> {
  /** Live object, private to this resource, kept between runs (dlt: `resource_state`). */
  readonly state: State;
  /** An `Incremental<Value>`; `unknown` when the options have no `incremental`. */
  readonly incremental: Cursor;
  /** Fires when the run is cancelled, or, once the last item was taken, when its time is spent (`maxDuration`) or a `limit` is reached. */
  readonly signal: AbortSignal;
  /** The name of the resource that runs. */
  readonly resourceName: string;
}

/** What a resource is and does, besides its rows. Option names are dlt's in camelCase. An option that does not exist is a ConfigError. */
export interface ResourceOptions<Row = unknown, Output = unknown, State = unknown, Path extends string = string, Value = unknown>
  extends ResourceHints<Row> {
  /**
   * Row schema (dlt: a Pydantic model as `columns`): every row, when its steps are done, is replaced by what the schema makes of it. Gives the row type and,
   * where the library has JSON Schema, column hints; those in `columns` win. A row that does not fit throws RowInvalidError, or is dropped with
   * `schemaContract: { dataType: "discard_row" }`.
   */
  readonly schema?: StandardSchema<Output>;
  /** Checks the state before the resource runs and after it, fills its defaults and types it. Throws InvalidStateError. */
  readonly stateSchema?: StandardSchema<State>;
  /** Remembers how far a field of the rows got: the next run takes only what lies beyond (dlt: `dlt.sources.incremental`). */
  readonly incremental?: IncrementalOptions<Row, Path, Value>;
  /** Runs beside other resources; a transformer with it runs several of its calls at once, and their rows come in any order. Default false (dlt: `parallelized`). */
  readonly parallel?: boolean;
  /** False: only feeds transformers. Default true. */
  readonly selected?: boolean;
  /** What the resource may do with the source state. A `"read"` resource that writes throws StateAccessError. Default `"write"`. */
  readonly stateAccess?: "read" | "write";
}

/**
 * How much of a resource is taken: a number of items (`maxItems`), as its generator yields them, or several bounds at once. With `countRows` a number of rows:
 * a page that is begun comes whole. `maxTime`: a duration since it began.
 */
export type LimitOptions = number | { readonly maxItems?: number; readonly maxTime?: Duration; readonly countRows?: boolean };

/** A named, frozen definition of rows. Iterating it runs it alone, row by row, with throw-away state. */
export interface Resource<out Name extends string = string, out Row = unknown> extends AsyncIterable<Row> {
  /** Also the name of its table, unless `tableName` says another. */
  readonly name: Name;
  /** Changes each row; an async function is waited for. A new resource, as all of these. */
  map<Next>(change: (row: Row) => Next | PromiseLike<Next>): Resource<Name, Next>;
  /** Keeps the rows for which it is true. */
  filter<Next extends Row>(keep: (row: Row) => row is Next): Resource<Name, Next>;
  filter(keep: (row: Row) => boolean | PromiseLike<boolean>): Resource<Name, Row>;
  /** dlt: `add_yield_map`. */
  flatMap<Next>(change: (row: Row) => Rows<Next>): Resource<Name, Next>;
  /** Ends the generator early. Counts yielded items, or rows with `countRows`; of two limits the tighter one holds. */
  limit(max: LimitOptions): Resource<Name, Row>;
  /** Another name: another table and another state slot. */
  withName<const Next extends string>(name: Next): Resource<Next, Row>;
  /** Adds hints; what was set before and is not named here stays. */
  applyHints<Checked = Row>(
    hints: ResourceHints<NoInfer<Checked>> & {
      readonly incremental?: IncrementalOptions<NoInfer<Checked>>;
      readonly parallel?: boolean;
      readonly selected?: boolean;
    },
  ): Resource<Name, Row>;
  /** `users.pipe(details)` is `details(users)`: reads left to right (dlt: `users | details`). */
  pipe<Next>(next: (parent: Resource<Name, Row>) => Next): Next;
}

const behaviourNames = ["parallel", "selected", "stateAccess", "stateSchema", "schema", "incremental"] as const;

/** A resource from rows, a promise of rows, or a function that gives them. Throws ConfigError for an empty or invalid name. */
export function resource<const Name extends string, Item, State extends StateObject<State> = Loose>(
  name: Name,
  rows: Rows<Item> | ((context: ResourceContext<State>) => Rows<Item>),
): Resource<Name, RowOf<Item>>;
export function resource<
  const Name extends string,
  Item,
  State extends StateObject<State> = Loose,
  Output = unknown,
  Path extends string = never,
  Value = unknown,
>(
  name: Name,
  options: ResourceOptions<NoInfer<RowType<Output, Item>>, Output, State, Path, Value>,
  rows: Rows<Item> | ((context: ResourceContext<State, NoInfer<IncrementalOf<Output, Path, Value>>>) => Rows<Item>),
): Resource<Name, RowType<Output, Item>>;
export function resource(name: string, ...rest: readonly unknown[]): Resource {
  const [options, rows] = rest.length === 1 ? [{}, rest[0]] : [rest[0] as ResourceOptions, rest[1]];
  checkName("resource", name);
  checkRows(`Resource \`${name}\``, rows);
  return new ResourceValue(defineResource(name, options, { rows, parent: undefined, per: "row" }));
}

/** The definition behind options; shared with transformers. Throws ConfigError for unknown options. */
export function defineResource(
  name: string,
  options: ResourceOptions,
  own: Pick<ResourceDefinition, "rows" | "parent" | "per">,
  ownOptions: readonly string[] = [],
): ResourceDefinition {
  checkOptions(`Resource \`${name}\``, options, [...hintNames, ...behaviourNames, ...ownOptions]);
  const hints: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined && !(behaviourNames as readonly string[]).includes(key) && !ownOptions.includes(key)) hints[key] = value;
  }
  const { parallel = false, selected = true, stateAccess = "write", stateSchema, schema, incremental } = options;
  oneOf("stateAccess", stateAccess, ["read", "write"]);
  if (stateSchema !== undefined) checkStateSchema(`resource \`${name}\``, stateSchema);
  if (schema !== undefined) checkRowSchema(`resource \`${name}\``, schema);
  if (incremental !== undefined) checkIncremental(`resource \`${name}\``, incremental);
  const given = hints as ResourceHints;
  return { name, ...own, steps: [], limit: undefined, hints: given, incremental, parallel, selected, stateAccess, stateSchema, schema };
}

/** Throws ConfigError for what cannot give rows. */
export function checkRows(owner: string, rows: unknown): void {
  keepFailure(rows);
  if (typeof rows === "function" || isPromise(rows) || isIterated(rows)) return;
  throw new ConfigError(
    `${owner} needs rows: a function, an array, an iterable, an async iterable or a promise of one; got ${kindOf(rows)}. ` +
      `Wrap a single row in an array.`,
  );
}

/** The frozen value that users hold. What it means is in `~definition`. */
export class ResourceValue implements Resource {
  readonly name: string;
  readonly "~definition": ResourceDefinition;

  constructor(definition: ResourceDefinition) {
    this.name = definition.name;
    this["~definition"] = Object.freeze(definition);
    Object.freeze(this);
  }

  map(change: (row: never) => unknown): Resource<string, never> {
    return this.#withStep({ kind: "map", change });
  }

  filter(keep: (row: never) => boolean | PromiseLike<boolean>): Resource<string, never> {
    return this.#withStep({ kind: "filter", keep });
  }

  flatMap(change: (row: never) => unknown): Resource<string, never> {
    return this.#withStep({ kind: "flat-map", change });
  }

  limit(max: LimitOptions): Resource<string, never> {
    return this.#with({ limit: combineLimits(this["~definition"].limit, readLimit(this.name, max)) });
  }

  withName<const Next extends string>(name: Next): Resource<Next, never> {
    checkName("resource", name);
    return this.#with({ name }) as Resource<Next, never>;
  }

  applyHints(
    hints: ResourceHints & { readonly incremental?: object; readonly parallel?: boolean; readonly selected?: boolean },
  ): Resource<string, never> {
    const { parallel, selected, incremental: given, ...rest } = hints;
    const incremental = given as IncrementalOptions | undefined;
    if (incremental !== undefined) checkIncremental(`applyHints() of resource \`${this.name}\``, incremental);
    checkOptions(`applyHints() of resource \`${this.name}\``, rest, hintNames);
    return this.#with({
      hints: mergeHints(this["~definition"].hints, rest),
      incremental: mergeIncremental(this["~definition"].incremental, incremental),
      parallel: parallel ?? this["~definition"].parallel,
      selected: selected ?? this["~definition"].selected,
    });
  }

  pipe<Next>(next: (parent: Resource<string, never>) => Next): Next {
    return next(this as Resource<string, never>);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<never, void> {
    const { iterateAlone } = await import("./iterate-alone.ts");
    yield* iterateAlone(this["~definition"]) as AsyncIterable<never>;
  }

  #withStep(step: Step): Resource<string, never> {
    return this.#with({ steps: [...this["~definition"].steps, step] });
  }

  #with(change: Partial<ResourceDefinition>): Resource<string, never> {
    return new ResourceValue({ ...this["~definition"], ...change }) as Resource<string, never>;
  }
}

/** The definition of a resource that a user hands over. Throws ConfigError for anything else. */
export function definitionOf(value: unknown, where: string): ResourceDefinition {
  const definition = (value as { readonly "~definition"?: ResourceDefinition } | null | undefined)?.["~definition"];
  if (definition !== undefined) return definition;
  throw new ConfigError(`${where} has to be a resource, made by resource() or transformer().`);
}

export function isResource(value: unknown): value is Resource {
  return typeof value === "object" && value !== null && "~definition" in value;
}

export function readLimit(resourceName: string, max: LimitOptions): Limit {
  const { maxItems = Number.POSITIVE_INFINITY, maxTime, countRows = false, ...others } = typeof max === "number" ? { maxItems: max } : max;
  checkOptions(`limit() of resource \`${resourceName}\``, others, ["maxItems", "maxTime", "countRows"]);
  if (!(maxItems >= 0))
    throw new ConfigError(`The limit of resource \`${resourceName}\` has to be a number of items, 0 or more; got ${maxItems}.`);
  const maxTimeMs = maxTime === undefined ? Number.POSITIVE_INFINITY : durationMs(maxTime);
  return countRows
    ? { maxItems: Number.POSITIVE_INFINITY, maxRows: maxItems, maxTimeMs }
    : { maxItems, maxRows: Number.POSITIVE_INFINITY, maxTimeMs };
}
