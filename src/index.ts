/** The public API of leat, name by name; what is not here is free to change. */

export { Decimal } from "decimal.js";
export { type Field, type FieldOptions, field } from "./config/field.ts";
export { readConfig } from "./config/read-config.ts";
export type { ConfigOf, ConfigOverrides, ConfigSpec } from "./config/spec.ts";
export type { Duration } from "./core/duration.ts";
export {
  CancelledError,
  ConfigError,
  DestinationError,
  InternalError,
  PackageError,
  SchemaError,
  SourceError,
  StateError,
} from "./core/errors.ts";
export { PlainDate } from "./core/plain-date.ts";
export { PlainDateTime } from "./core/plain-date-time.ts";
export { PlainTime } from "./core/plain-time.ts";
export type { StandardSchema } from "./core/standard-schema.ts";
export { Timestamp } from "./core/timestamp.ts";
export type { Dataset } from "./dataset/dataset.ts";
// An interface that others add to has to come this way; there is nothing else in the file.
export * from "./dataset/datasets.ts";
export { InexactIntegerError } from "./dataset/errors.ts";
export type { Operator, Relation } from "./dataset/relation.ts";
export type { SqlClient } from "./dataset/sql-client.ts";
export type { TableName, TableRow } from "./dataset/tables.ts";
export type { Destination } from "./destination-kit/contract.ts";
export {
  ConnectionError,
  LoadJobFailedError,
  MissingDriverError,
  UndefinedRelationError,
  UnsupportedError,
} from "./destination-kit/errors.ts";
export type { LoadJobInfo } from "./destination-kit/load-job.ts";
export type { CommitEvery } from "./extract/cutter.ts";
export { NotRunningError, ResourceFailedError, RowInvalidError } from "./extract/errors.ts";
export { CursorMissingError, CursorTypeError } from "./extract/incremental/errors.ts";
export type { Cursor, CursorValue, Incremental, IncrementalOptions, Key } from "./extract/incremental/incremental-options.ts";
export { withHints, withTableName } from "./extract/marked.ts";
export type { Metrics } from "./extract/metrics.ts";
export { rawJson } from "./extract/raw-json.ts";
export type { Refresh } from "./extract/refresh-modes.ts";
export { type LimitOptions, type Resource, type ResourceContext, type ResourceOptions, resource } from "./extract/resource.ts";
export type { Loose, Marked, RowOf, Rows } from "./extract/rows.ts";
export { current, type RunningPipeline } from "./extract/running.ts";
export { type Source, type SourceContext, type SourceFactory, type SourceOptions, source } from "./extract/source.ts";
export type { StateObject, StateValue, Storable } from "./extract/state-types.ts";
export { type TransformerOptions, transformer } from "./extract/transformer.ts";
export type { ArrowData } from "./formats/arrow/arrow-data.ts";
export type { LoadPackageInfo } from "./load/package-info.ts";
export {
  PackageCorruptError,
  PackagePendingError,
  PipelineLockedError,
  VersionTooNewError,
  WorkingDirError,
} from "./load-package/errors.ts";
export { type AnyLeatError, LeatError } from "./pipeline/any-error.ts";
export { attach } from "./pipeline/attach.ts";
export { BackfillFailedError } from "./pipeline/backfill-errors.ts";
export type { DropInfo, DropOptions } from "./pipeline/drop.ts";
export { ForeignError, type Step, StepFailedError } from "./pipeline/errors.ts";
export type { Logger, PipelineEvent } from "./pipeline/events.ts";
export type { DiscardedRows, ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./pipeline/infos.ts";
export { pipeline } from "./pipeline/pipeline.ts";
export type { DestinationName, PipelineOptions, RunSettings } from "./pipeline/pipeline-options.ts";
export type { BackfillOptions, Pipeline, RunOptions } from "./pipeline/pipeline-type.ts";
export type { Runnable } from "./pipeline/runnable.ts";
export type { DataType } from "./schema/data-type.ts";
export type { ColumnSchema, SchemaDocument, TableSchema } from "./schema/document.ts";
export { ContractViolationError, TypeConflictError } from "./schema/errors.ts";
export { type FormatSchemaOptions, formatSchema, type SchemaFormat } from "./schema/formats/format-schema.ts";
export type {
  ColumnHints,
  ColumnOf,
  ContractMode,
  FileFormat,
  MergeStrategy,
  PathOf,
  ReplaceStrategy,
  ResourceHints,
  SchemaContract,
  SourceHints,
  TableFormat,
  TableHints,
  WriteDisposition,
} from "./schema/hint-options.ts";
export type { CustomNaming } from "./schema/naming/custom-naming.ts";
export { IdentifierError } from "./schema/naming/identifier.ts";
export type { SchemaUpdate } from "./schema/update.ts";
export type { IncrementalState, PipelineState } from "./state/document.ts";
export { InvalidStateError, StateAccessError, StateConflictError } from "./state/errors.ts";
