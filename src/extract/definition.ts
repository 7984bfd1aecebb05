import { ConfigError } from "../core/errors.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import type { ResourceHints } from "../schema/hint-options.ts";
import type { RowColumn } from "../schema/json-schema-columns.ts";
import type { IncrementalOptions } from "./incremental/incremental-options.ts";

/** One change of the rows on their way from the resource's function to its table. */
export type Step =
  | { readonly kind: "map"; readonly change: (row: never) => unknown }
  | { readonly kind: "filter"; readonly keep: (row: never) => boolean | PromiseLike<boolean> }
  | { readonly kind: "flat-map"; readonly change: (row: never) => unknown };

export interface Limit {
  readonly maxItems: number;
  readonly maxRows: number;
  readonly maxTimeMs: number;
}

/** What a resource is, as data. `resource()` and `transformer()` make it; a run reads it. */
export interface ResourceDefinition {
  readonly name: string;
  /** Of a transformer: whose rows it gets. */
  readonly parent: ResourceDefinition | undefined;
  readonly per: "row" | "page";
  /** The rows, or the function that gives them; of a transformer always a function of row or page and context. */
  readonly rows: unknown;
  readonly steps: readonly Step[];
  readonly limit: Limit | undefined;
  readonly hints: ResourceHints;
  readonly incremental?: IncrementalOptions | undefined;
  readonly parallel: boolean;
  readonly selected: boolean;
  readonly stateAccess: "read" | "write";
  readonly stateSchema: StandardSchema | undefined;
  /** Of its rows. */
  readonly schema: StandardSchema | undefined;
  /** What the schema says about columns, once a run has asked it. */
  readonly rowColumns?: readonly RowColumn[];
}

/** Throws ConfigError for a name that is no text or blank. */
export function checkName(kind: "resource" | "source" | "pipeline", name: unknown): void {
  if (typeof name === "string" && name.trim() !== "") return;
  throw new ConfigError(`A ${kind} needs a name that is a text and not blank; got ${JSON.stringify(name) ?? String(name)}.`);
}

/** Throws ConfigError for an option that does not exist: a typing error must not be ignored in silence. */
export function checkOptions(owner: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key) || key.startsWith("x-")) continue;
    throw new ConfigError(`${owner} does not know the option \`${key}\`. Known options: ${known.join(", ")}.`);
  }
}

export function combineLimits(first: Limit | undefined, second: Limit | undefined): Limit | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    maxItems: Math.min(first.maxItems, second.maxItems),
    maxRows: Math.min(first.maxRows, second.maxRows),
    maxTimeMs: Math.min(first.maxTimeMs, second.maxTimeMs),
  };
}
