/** Everything that the author of a destination needs. */
export { DriverFailure, type DriverFailureKind } from "../core/driver-failure.ts";
export { type Capabilities, minimalCapabilities } from "./capabilities.ts";
export type {
  CommitResult,
  Destination,
  DestinationContract,
  JobObserver,
  JobProgress,
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
export { type JobDestinationOptions, jobDestination } from "./jobs/job-destination.ts";
export type { JobTarget, JobWork, PackageRecords } from "./jobs/job-target.ts";
export type { LoadJob, LoadJobInfo } from "./load-job.ts";
export { type CapabilityOverrides, overrideCapabilities } from "./override-capabilities.ts";
export { jobRows } from "./rows/job-rows.ts";
export { stagingDatasetName } from "./sql/dataset-name.ts";
export type { JobStatement, SqlDialect } from "./sql/dialect.ts";
export type { SqlDriver } from "./sql/driver.ts";
export { insertValuesStatement } from "./sql/insert-values.ts";
export { type SqlDestinationOptions, type SqlTarget, sqlDestination } from "./sql/sql-destination.ts";
export { type StagingSettings, stagingConfig } from "./sql/staging-config.ts";
