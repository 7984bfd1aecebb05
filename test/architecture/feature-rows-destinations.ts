import { type FeatureRows, partly, shown } from "./feature-row.ts";

const sameTables = "the same pipelines give the tables that dlt makes, on %s";

/** Section 7: destinations. */
export const destinationRows: FeatureRows = {
  DuckDB: shown(
    ["interop/same-tables.test.ts", sameTables],
    ["interop/taking-turns.test.ts", "S18 S20 dlt and leat take turns, and the dataset is the one that dlt alone makes"],
    ["src/destinations/duckdb/dialect.test.ts", "columnType"],
    ["crash/crash-points.test.ts", "leaves what the next run finishes with exactly the rows"],
  ),
  Postgres: shown(
    ["interop/same-tables.test.ts", sameTables],
    ["servers/postgres/values.test.ts", "a value is read exactly"],
    ["servers/postgres/postgres.test.ts", "is seen by others whole or not at all"],
    ["servers/crash-postgres.test.ts", "leaves what the next run finishes with exactly the rows, state and data in step"],
    ["servers/eight-writers.test.ts", "State: eight processes that each run one resource of one source at once"],
    ["servers/eight-mergers.test.ts", "eight pipelines that merge into the same tables at once"],
  ),
  SQLite: shown(
    ["interop/same-tables.test.ts", sameTables],
    ["interop/sqlite.test.ts", "S18 S20 dlt and leat take turns"],
    ["src/drivers/sqlite.test.ts", "values"],
    ["crash/sqlite.test.ts", "leaves what the next run finishes with exactly the rows, state and data in step"],
  ),
  "filesystem: local": shown(
    ["e2e/filesystem.test.ts", "are those that dlt would write", "keep the state for a clean machine", "a layout"],
    ["interop/file-formats.test.ts", "leat reads what dlt wrote as %s", "dlt reads what leat wrote as %s"],
    ["interop/filesystem.test.ts", "S18 S20 dlt and leat take turns, and the files are those that dlt alone makes"],
    ["crash/filesystem.test.ts", "leaves what the next run finishes with exactly the rows, state and data in step"],
    ["crash/full-disk.test.ts", "under a folder of files, of %i KB"],
  ),
  "filesystem: S3 and compatible": shown(
    [
      "servers/filesystem-s3.test.ts",
      "holds the files that a folder would",
      "gives state and schemas to a clean machine",
      "that refuses the key says so, and never tells the secret",
    ],
    ["servers/conformance-s3.test.ts", "S3 of $server"],
    ["servers/s3-credentials.test.ts", "a profile that the config names", "by errors, events, the trace, or any file of the pipeline"],
    [
      "servers/s3-failures.test.ts",
      "that breaks %s, at %s, %i times (%s): the next attempt goes on",
      "that breaks while a large file goes in parts leaves no parts behind",
      "%s: every row is there once, and one load record",
    ],
  ),
  "a function": shown(
    [
      "e2e/custom-destination.test.ts",
      "gets the rows of a table in batches, in their order",
      "is told what the table says about writing",
      "a batch that throws is tried again, and those before it are not",
      "files are read at once, as many as `load.workers` and `parallel` allow",
      "batchSize 0 hands over the path of each file",
    ],
    ["interop/function.test.ts", "a function gets the same batches and table schemas as from dlt"],
    ["crash/custom-destination.test.ts", "at a crash point: the next run takes all the rest, and repeats at most the batches in flight"],
  ),
  dummy: shown(["e2e/dummy-destination.test.ts", "fails as told,", "takes everything and keeps nothing"]),
  "named destinations, factories, overrides": shown(
    ["servers/named-postgres.test.ts", "two Postgres databases by name, at once"],
    [
      "e2e/named-destinations.test.ts",
      "two of one type at once, each with its own settings",
      "credentials: the code, then for the pipeline",
      "what it is used for may be narrowed",
      "secrets",
      "given in code are not shown by the pipeline, nor by what it throws",
    ],
  ),
  capabilities: shown(
    ["interop/capabilities.test.ts", "destinations can do what dlt says of them, but for what is listed here"],
    ["src/testing/conformance/contract-cases.ts", "contract > has capabilities that leat understands"],
    ["src/destination-kit/override-capabilities.test.ts", "less than the destination can do, in another order"],
  ),
  "write your own": shown([
    "e2e/write-a-destination.test.ts",
    "the destination of the documentation",
    "the page shows the code that is tried here",
  ]),
  "conformance kit": partly(
    "as a function for test runners and programs; there is no command for it",
    [
      "src/testing/conformance/destination-conformance.test.ts",
      "makes a test of each clause with whatever function makes tests",
      "runs under node:test, which hears of skips and failures",
      "reports what passed, failed and was skipped, as data and as a table",
    ],
    ["src/testing/conformance/rogues.test.ts", "has a destination that breaks each clause", "finds the destination that breaks:"],
  ),
};
