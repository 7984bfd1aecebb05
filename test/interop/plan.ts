import { encodeJson } from "../../src/core/json.ts";
import type { IncrementalOptions } from "../../src/index.ts";
import type { ColumnHints, ReplaceStrategy, ResourceHints, SchemaContract } from "../../src/schema/hint-options.ts";

/** What is loaded, by dlt or by leat: one pipeline, run after run. Without runs, state and schemas are taken from the destination. */
export interface Case {
  readonly name: string;
  readonly runs: readonly (Run | Drop)[];
  /** The setting of the destination. */
  readonly replaceStrategy?: ReplaceStrategy;
}

export interface Run {
  readonly source: string;
  readonly resources: readonly ResourceRows[];
  readonly maxTableNesting?: number;
  readonly rootKey?: boolean;
  readonly schemaContract?: SchemaContract;
  /** Other sources that run in the same call. */
  readonly besides?: readonly Run[];
  readonly refresh?: "drop_sources" | "drop_resources" | "drop_data";
}

/** Drops tables and state, instead of a run. */
export interface Drop {
  readonly drop: {
    readonly resources?: readonly string[];
    readonly statePaths?: readonly string[];
    readonly stateOnly?: boolean;
    readonly dropAll?: boolean;
  };
}

export interface ResourceRows {
  readonly name: string;
  readonly rows: readonly unknown[];
  readonly hints?: Pick<
    ResourceHints,
    "writeDisposition" | "primaryKey" | "mergeKey" | "columns" | "maxTableNesting" | "tableName" | "schemaContract"
  >;
  /** Put into the state of the resource. */
  readonly state?: { readonly [key: string]: unknown };
  /** The same, as expressions in Python; for dlt only. */
  readonly pythonState?: { readonly [key: string]: string };
  /** Counts its runs in the state of the resource. */
  readonly countsRuns?: boolean;
  /** A cursor, in options that both tools have. */
  readonly incremental?: IncrementalOptions;
  /** Rows keep types that JSON does not have: dates, decimals. */
  readonly isTyped?: boolean;
  /** Rows come in pages of so many. Default one page. */
  readonly pageSize?: number;
  /** Only rows whose value under this key is above the largest so far, which it keeps in the state of the resource as `last`. */
  readonly cursor?: string;
}

/** Where one side of a case works. */
export interface Place {
  readonly pipelinesDir: string;
  /** Path of a DuckDB file, `postgres://` URL, path of a folder of files (`.bucket`), or `s3://bucket#http://server`. */
  readonly database: string;
}

export function isDrop(step: Run | Drop): step is Drop {
  return "drop" in step;
}

/** What a pipeline is called when it is not called as all others here. */
export interface Names {
  readonly pipeline?: string;
  readonly dataset?: string;
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
export function rowLines(rows: readonly unknown[], isTyped = false): string {
  return rows.map((row) => `${encodeJson(row, { typed: isTyped })}\n`).join("");
}

/** The options of a cursor as keyword arguments of dlt, in typed JSON. */
export function dltIncremental(incremental: IncrementalOptions): string {
  const options = Object.entries(incremental).map(([key, value]) => [snakeCase(key), value] as const);
  return encodeJson(Object.fromEntries(options), { typed: true });
}

/** The hints of a resource as keyword arguments of dlt. */
export function dltHints(hints: ResourceRows["hints"]): { readonly [argument: string]: unknown } {
  const { columns, schemaContract, writeDisposition, ...others } = hints ?? {};
  const asDlt = (options: object): object => Object.fromEntries(Object.entries(options).map(([key, value]) => [snakeCase(key), value]));
  const dltColumns = Object.entries((columns ?? {}) as { readonly [name: string]: ColumnHints }).map(([name, column]) => [
    name,
    asDlt(column),
  ]);
  const contract = schemaContract === undefined ? {} : { schema_contract: dltContract(schemaContract) };
  const disposition = typeof writeDisposition === "object" ? asDlt(writeDisposition) : writeDisposition;
  return {
    ...asDlt(others),
    ...(disposition === undefined ? {} : { write_disposition: disposition }),
    ...contract,
    ...(columns === undefined ? {} : { columns: Object.fromEntries(dltColumns) }),
  };
}

/** A contract as dlt has it. */
export function dltContract(contract: SchemaContract): unknown {
  if (typeof contract === "string") return contract;
  return Object.fromEntries(Object.entries(contract).map(([part, mode]) => [snakeCase(part), mode]));
}

/** The arguments of a drop as dlt has them. */
export function dltDrop(drop: Drop["drop"]): { readonly [argument: string]: unknown } {
  return Object.fromEntries(Object.entries(drop).map(([key, value]) => [snakeCase(key), value]));
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
