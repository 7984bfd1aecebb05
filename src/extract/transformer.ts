import { ConfigError } from "../core/errors.ts";
import { kindOf } from "../core/kind-of.ts";
import { checkName } from "./definition.ts";
import type { IncrementalOf } from "./incremental/incremental-options.ts";
import { defineResource, definitionOf, type Resource, type ResourceContext, type ResourceOptions, ResourceValue } from "./resource.ts";
import type { Loose, RowOf, Rows, RowType } from "./rows.ts";
import type { StateObject } from "./state-types.ts";

/** What a transformer has besides the options of a resource. */
export interface TransformerOptions<Per extends "row" | "page"> {
  /** `"page"`: the function gets the parent's rows as they were yielded together. Default `"row"` (dlt hands over whatever was yielded). */
  readonly per?: Per;
}

export type TransformerInput<Row, Per> = Per extends "page" ? readonly Row[] : Row;

/**
 * A resource fed by another one. The parent runs once for all its transformers, and is loaded only where it is itself run.
 * Calls whose function returns a promise run concurrently, up to `maxParallelItems`; their rows keep the order of the parent's.
 * Throws ConfigError for an invalid name or parent.
 */
export function transformer<Parent, const Name extends string, Item, State extends StateObject<State> = Loose>(
  parent: Resource<string, Parent>,
  name: Name,
  rows: (row: Parent, context: ResourceContext<State>) => Rows<Item> | PromiseLike<Item> | Item,
): Resource<Name, RowOf<Item>>;
export function transformer<
  Parent,
  const Name extends string,
  Item,
  State extends StateObject<State> = Loose,
  Output = unknown,
  Path extends string = never,
  Value = unknown,
  Per extends "row" | "page" = "row",
>(
  parent: Resource<string, Parent>,
  name: Name,
  options: ResourceOptions<NoInfer<RowType<Output, Item>>, Output, State, Path, Value> & TransformerOptions<Per>,
  rows: (
    row: TransformerInput<Parent, Per>,
    context: ResourceContext<State, NoInfer<IncrementalOf<Output, Path, Value>>>,
  ) => Rows<Item> | PromiseLike<Item> | Item,
): Resource<Name, RowType<Output, Item>>;
export function transformer(parent: Resource, name: string, ...rest: readonly unknown[]): Resource {
  const [options, rows] = rest.length === 1 ? [{}, rest[0]] : [rest[0] as ResourceOptions & TransformerOptions<"row" | "page">, rest[1]];
  checkName("resource", name);
  const owner = `Transformer \`${name}\``;
  if (typeof rows !== "function") throw new ConfigError(`${owner} needs a function of a row of its parent; got ${kindOf(rows)}.`);
  const { per = "row" } = options as TransformerOptions<"row" | "page">;
  if (per !== "row" && per !== "page") throw new ConfigError(`${owner}: \`per\` is "row" or "page", not ${JSON.stringify(per)}.`);
  const own = { rows, parent: definitionOf(parent, `The parent of transformer \`${name}\``), per } as const;
  return new ResourceValue(defineResource(name, options, own, ["per"]));
}
