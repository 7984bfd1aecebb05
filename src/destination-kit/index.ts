/** Everything that the author of a destination needs. */
export { type Capabilities, minimalCapabilities } from "./capabilities.ts";
export type {
  CommitResult,
  Destination,
  DestinationContract,
  JobObserver,
  LoadSession,
  OpenContext,
  PackagePlan,
  ReadOptions,
  SqlConnection,
  StoredHeads,
  StoredSchema,
  StoredState,
} from "./contract.ts";
export { ConnectionError, LoadJobFailedError, MissingDriverError, UndefinedRelationError, UnsupportedError } from "./errors.ts";
export type { LoadJob, LoadJobInfo } from "./load-job.ts";
export type { JobStatement, SqlDialect } from "./sql/dialect.ts";
export type { SqlDriver } from "./sql/driver.ts";
export { insertValuesStatement } from "./sql/insert-values.ts";
export { type SqlDestinationOptions, type SqlTarget, sqlDestination } from "./sql/sql-destination.ts";
