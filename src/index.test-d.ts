import { describe, expectTypeOf, it } from "vitest";
import type * as leat from "./index.ts";

// What the public types promise, written down a second time: a change here is a change for users.

/** `Given` can be used wherever `Promised` is expected. */
type Keeps<Given extends Promised, Promised> = [Given, Promised];

describe("plain data", () => {
  it("is made of dlt's words", () => {
    expectTypeOf<leat.DataType>().toEqualTypeOf<
      "text" | "double" | "bool" | "timestamp" | "bigint" | "binary" | "json" | "decimal" | "wei" | "date" | "time"
    >();
    expectTypeOf<leat.ContractMode>().toEqualTypeOf<"evolve" | "freeze" | "discard_row" | "discard_value">();
    expectTypeOf<leat.ReplaceStrategy>().toEqualTypeOf<"truncate-and-insert" | "insert-from-staging" | "staging-optimized">();
    expectTypeOf<leat.MergeStrategy>().toEqualTypeOf<"delete-insert" | "upsert" | "insert-only" | "scd2">();
    expectTypeOf<leat.FileFormat>().toEqualTypeOf<"preferred" | "jsonl" | "insert_values" | "csv" | "parquet">();
    expectTypeOf<leat.TableFormat>().toEqualTypeOf<"native" | "delta" | "iceberg" | "hive">();
    expectTypeOf<leat.Step>().toEqualTypeOf<"sync" | "extract" | "normalize" | "load">();
    expectTypeOf<leat.Duration>().toEqualTypeOf<`${number}${"ms" | "s" | "m" | "h" | "d"}`>();
  });

  it("names the columns of a row, and any text for an unknown one", () => {
    expectTypeOf<leat.ColumnOf<{ id: number; author: { id: number } }>>().toEqualTypeOf<
      "id" | "author" | `id__${string}` | `author__${string}`
    >();
    expectTypeOf<leat.ColumnOf<unknown>>().toEqualTypeOf<string>();
  });

  it("has the stored keys of dlt in its documents", () => {
    expectTypeOf<leat.PipelineState["_state_engine_version"]>().toEqualTypeOf<4>();
    expectTypeOf<leat.PipelineState["default_schema_name"]>().toEqualTypeOf<string | null>();
    expectTypeOf<leat.IncrementalState>().toEqualTypeOf<{
      initial_value: unknown;
      last_value: unknown;
      start_value?: unknown;
      unique_hashes: string[];
    }>();
    expectTypeOf<
      Keeps<
        leat.SchemaDocument,
        {
          readonly name: string;
          readonly version: number;
          readonly version_hash: string;
          readonly engine_version: number;
          readonly previous_hashes: readonly string[];
          readonly tables: { readonly [table: string]: leat.TableSchema };
        }
      >
    >().not.toBeNever();
    expectTypeOf<
      Keeps<leat.TableSchema, { readonly name: string; readonly columns: { readonly [column: string]: leat.ColumnSchema } }>
    >().not.toBeNever();
    expectTypeOf<
      Keeps<leat.SchemaUpdate, { readonly [table: string]: { readonly columns: { readonly [column: string]: leat.ColumnSchema } } }>
    >().not.toBeNever();
  });
});

describe("infos", () => {
  interface StepInfo {
    readonly pipelineName: string;
    readonly loadIds: readonly string[];
    readonly startedAt: Date;
    readonly finishedAt: Date;
    toString(): string;
  }
  interface LoadInfo extends StepInfo {
    readonly destinationType: string;
    readonly destinationName: string;
    readonly datasetName: string;
    readonly packages: readonly leat.LoadPackageInfo[];
    readonly rowCounts: { readonly [table: string]: number };
    readonly hasFailedJobs: boolean;
    readonly firstRun: boolean;
  }

  it("tell what each step did", () => {
    expectTypeOf<leat.Metrics>().toEqualTypeOf<{ readonly items: number; readonly bytes: number; readonly files: number }>();
    expectTypeOf<
      Keeps<
        leat.ExtractInfo,
        StepInfo & {
          readonly resources: { readonly [resource: string]: leat.Metrics };
          readonly tables: { readonly [table: string]: leat.Metrics };
        }
      >
    >().not.toBeNever();
    expectTypeOf<
      Keeps<
        leat.NormalizeInfo,
        StepInfo & {
          readonly rowCounts: { readonly [table: string]: number };
          readonly schemaUpdates: { readonly [loadId: string]: leat.SchemaUpdate };
        }
      >
    >().not.toBeNever();
    expectTypeOf<Keeps<leat.LoadInfo, LoadInfo>>().not.toBeNever();
    expectTypeOf<Keeps<leat.RunInfo, LoadInfo & { readonly trace: leat.PipelineTrace }>>().not.toBeNever();
  });

  it("list packages and jobs", () => {
    expectTypeOf<
      Keeps<
        leat.LoadPackageInfo,
        {
          readonly loadId: string;
          readonly schemaName: string;
          readonly state: "extracted" | "normalized" | "loaded" | "aborted";
          readonly jobs: readonly leat.LoadJobInfo[];
          readonly schemaUpdate: leat.SchemaUpdate;
        }
      >
    >().not.toBeNever();
    expectTypeOf<leat.LoadJobInfo["state"]>().toEqualTypeOf<"new" | "started" | "completed" | "failed">();
  });

  it("are in the events", () => {
    type EventOf<Type extends leat.PipelineEvent["type"]> = Extract<leat.PipelineEvent, { readonly type: Type }>;
    expectTypeOf<EventOf<"run-completed">["info"]>().toEqualTypeOf<leat.RunInfo>();
    expectTypeOf<EventOf<"resource-progress">["items"]>().toEqualTypeOf<number>();
    expectTypeOf<EventOf<"schema-changed">["update"]>().toEqualTypeOf<leat.SchemaUpdate>();
    expectTypeOf<leat.PipelineEvent["at"]>().toEqualTypeOf<Date>();
    expectTypeOf<leat.PipelineEvent["runId"]>().toEqualTypeOf<string>();
  });
});

describe("a pipeline", () => {
  it("has its steps and what is known of it", () => {
    expectTypeOf<
      Keeps<
        leat.Pipeline<"d">,
        {
          readonly name: string;
          readonly datasetName: "d";
          readonly workingDir: string;
          readonly firstRun: boolean;
          readonly hasPendingData: boolean;
          readonly schemas: { readonly [name: string]: leat.SchemaDocument };
          readonly defaultSchema: leat.SchemaDocument | undefined;
          readonly lastTrace: leat.PipelineTrace | undefined;
          run(): Promise<leat.RunInfo>;
          extract(data: leat.Source): Promise<leat.ExtractInfo>;
          normalize(): Promise<leat.NormalizeInfo>;
          load(): Promise<leat.LoadInfo>;
          sync(): Promise<void>;
          abortPackages(options?: { readonly dryRun?: boolean }): Promise<{ readonly loadIds: readonly string[] }>;
          listPackages(): Promise<readonly leat.LoadPackageInfo[]>;
          dataset(): leat.Dataset<"d">;
          dataset(options: { readonly integers: "bigint" }): leat.Dataset<"d", bigint>;
          sqlClient(): leat.SqlClient;
        }
      >
    >().not.toBeNever();
  });

  it("is what a running resource reaches, in part", () => {
    expectTypeOf<Keeps<leat.Pipeline, leat.RunningPipeline>>().not.toBeNever();
    expectTypeOf<leat.RunningPipeline<"d">["datasetName"]>().toEqualTypeOf<"d">();
  });
});

describe("resources and sources", () => {
  it("of any name and row are a Resource, of any kind a Source", () => {
    expectTypeOf<Keeps<leat.Resource<"a", { id: number }>, leat.Resource>>().not.toBeNever();
    expectTypeOf<Keeps<leat.Source<"a", leat.Resource<"b", { id: number }>>, leat.Source>>().not.toBeNever();
    expectTypeOf<Keeps<leat.Resource<"a", { id: number }>, AsyncIterable<{ id: number }>>>().not.toBeNever();
  });

  it("unwrap pages, promises, thunks and marks", () => {
    interface User {
      id: number;
    }
    expectTypeOf<leat.RowOf<User | User[] | Promise<User[]> | (() => Promise<User>) | leat.Marked<User[]> | null>>().toEqualTypeOf<User>();
  });
});

describe("errors", () => {
  type ErrorOf<Code extends leat.AnyLeatError["code"]> = Extract<leat.AnyLeatError, { readonly code: Code }>;

  it("have a code each, and what belongs to it", () => {
    expectTypeOf<ErrorOf<"config">["lookedAt"]>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<ErrorOf<"row-invalid">["path"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"row-invalid">["rowIndex"]>().toEqualTypeOf<number>();
    expectTypeOf<ErrorOf<"resource-failed">["resource"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"state-invalid">["path"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"state-access">["path"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"contract-violation">["column"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<ErrorOf<"type-conflict">["dataTypes"]>().toEqualTypeOf<readonly [leat.DataType, leat.DataType]>();
    expectTypeOf<ErrorOf<"identifier">["identifier"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"connection">["destination"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"load-job-failed">["job"]>().toEqualTypeOf<leat.LoadJobInfo>();
    expectTypeOf<ErrorOf<"undefined-relation">["relation"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"inexact-integer">["column"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"missing-driver">["packageName"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"package-corrupt">["loadId"]>().toEqualTypeOf<string>();
    expectTypeOf<ErrorOf<"version-too-new">["version"]>().toEqualTypeOf<number>();
    expectTypeOf<ErrorOf<"pipeline-locked">["ownerPid"]>().toEqualTypeOf<number>();
    expectTypeOf<ErrorOf<"step-failed">["step"]>().toEqualTypeOf<leat.Step>();
    expectTypeOf<ErrorOf<"step-failed">["loadId"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<leat.AnyLeatError["retryable"]>().toEqualTypeOf<boolean>();
  });
});
