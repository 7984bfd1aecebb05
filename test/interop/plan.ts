import { encodeJson } from "../../src/core/json.ts";
import type { ColumnHints, ResourceHints } from "../../src/schema/hint-options.ts";

/** What is loaded, by dlt or by leat: one pipeline, run after run. */
export interface Case {
  readonly name: string;
  readonly runs: readonly Run[];
}

export interface Run {
  readonly source: string;
  readonly resources: readonly ResourceRows[];
  readonly maxTableNesting?: number;
  readonly rootKey?: boolean;
}

export interface ResourceRows {
  readonly name: string;
  readonly rows: readonly unknown[];
  readonly hints?: Pick<ResourceHints, "writeDisposition" | "primaryKey" | "mergeKey" | "columns" | "maxTableNesting" | "tableName">;
  /** Put into the state of the resource. */
  readonly state?: { readonly [key: string]: unknown };
  /** Counts its runs in the state of the resource. */
  readonly countsRuns?: boolean;
}

/** Where one side of a case works. */
export interface Place {
  readonly pipelinesDir: string;
  readonly database: string;
}

export const pipelineName = "interop";
export const datasetName = "loaded";

/** Source of `docsRuns`. */
export const docsSource = "handmade";

/** Runs of one resource `docs`, each with the rows of one batch. */
export function docsRuns(hints: NonNullable<ResourceRows["hints"]>, ...batches: readonly (readonly unknown[])[]): readonly Run[] {
  return batches.map((rows) => ({ source: docsSource, resources: [{ name: "docs", rows, hints }] }));
}

/** The lines of a raw file: the JSON text that leat prints for its rows. Both sides get the values of this text. */
export function rowLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${encodeJson(row)}\n`).join("");
}

/** The hints of a resource as keyword arguments of dlt. */
export function dltHints(hints: ResourceRows["hints"]): { readonly [argument: string]: unknown } {
  const { columns, ...others } = hints ?? {};
  const asDlt = (options: object): object => Object.fromEntries(Object.entries(options).map(([key, value]) => [snakeCase(key), value]));
  const dltColumns = Object.entries((columns ?? {}) as { readonly [name: string]: ColumnHints }).map(([name, column]) => [
    name,
    asDlt(column),
  ]);
  return { ...asDlt(others), ...(columns === undefined ? {} : { columns: Object.fromEntries(dltColumns) }) };
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
