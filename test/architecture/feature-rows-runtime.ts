import { type FeatureRows, partly, shown } from "./feature-row.ts";

/** Sections 13 and 17: what a run tells and takes, and how leat and its users test. */
export const runtimeRows: FeatureRows = {
  trace: shown([
    "e2e/trace.test.ts",
    "is kept in the working directory, and read by the next process",
    "a trace gives tables of its steps",
    "and the other files hold no secret",
  ]),
  "info of a load": shown(
    ["e2e/trace.test.ts", "an info stays plain data for JSON"],
    ["e2e/failed-jobs.test.ts", "the package tells which job failed and why"],
    ["e2e/schema-evolution.test.ts", "a new field adds a column, and the run tells"],
  ),
  "metrics per resource, table, job": shown([
    "e2e/events-fold.test.ts",
    "the events of a run fold to its report",
    "rows of a resource are rows of its table where nothing is nested",
  ]),
  progress: shown(
    ["cli/run.test.ts", "prints what a run did, and log lines where there is no terminal"],
    ["src/pipeline/progress/progress-display.test.ts", "draws counters on a terminal"],
  ),
  logging: shown(
    ["src/pipeline/progress/progress-display.test.ts", "takes pino and console as they are", "writes JSON lines where they are asked for"],
    ["e2e/alerts.test.ts", "is looked up in the section runtime, as in dlt"],
  ),
  events: shown(
    ["e2e/events-fold.test.ts", "the events of a run fold to its report"],
    ["e2e/events.test.ts", "of a run begin with run-started and end with run-completed"],
  ),
  alerts: shown(["e2e/alerts.test.ts", "tell once of a changed schema, and once of each success", "tell once of what fails %s"]),
  "retries of HTTP": partly("the HTTP client comes with the REST sources, an issue of their own; until then a source uses `fetch`"),
  "retries of jobs": shown([
    "e2e/load-retries.test.ts",
    "what fails of something passing is tried again",
    "maxRetries may be set from outside, with dlt's name",
    "what time does not mend fails at once",
  ]),
  "load workers and their strategies": partly(
    "jobs of a package follow each other, since they are one transaction: `load.workers` is refused, destinations without transactions are an issue of their own",
    ["e2e/load-retries.test.ts", "load.workers is refused with the reason"],
  ),
  "knobs of speed": partly("numbers are in docs/performance.md, measured by bench/run.mjs: no test measures time", [
    "e2e/file-formats.test.ts",
    "`file_max_items` ends job files",
  ]),
  "room on the disk": shown(["e2e/loaded-packages.test.ts", "with deleteCompletedJobs the folder does not grow"]),
  "no telemetry": shown([
    "package/no-network.test.ts",
    "the main job on DuckDB makes no network call: nothing is sent home",
    "what watches for network calls sees them",
  ]),
  "start-up": partly("the time is measured by bench/run.mjs: no test measures time", [
    "package/start-up.test.ts",
    "loads no driver and no part of the command line when the root is imported",
    "loads no driver when a destination is imported and a pipeline is made",
  ]),
  Windows: shown(
    ["src/core/file-name.test.ts", "refuses %j on Windows alone"],
    ["src/core/move-file.test.ts", "tries again on Windows while somebody holds the file (%s)"],
    ["src/load-package/file-names.test.ts", "is refused for table %s on Windows, with table and rule"],
    ["src/pipeline/folder-name.test.ts", "%j cannot on Windows, which has its reasons"],
  ),

  "one suite for all destinations": partly(
    "the suite for destinations of others comes with further destinations, an issue of their own; until then test/destinations.ts runs the same tests on DuckDB and Postgres",
    ["e2e/merge-vectors.test.ts", "tables after each batch, and how the table is stored, are as with dlt"],
  ),
  "crash tests": shown(
    [
      "crash/crash-points.test.ts",
      "reaches every crash point at least twice",
      "and whose successor is killed, too, is finished by the third",
    ],
    ["crash/start-over.test.ts", "is finished by the next run"],
  ),
  "random documents": shown(
    ["fuzz/documents.test.ts", "the tables of random documents give the documents back"],
    ["src/normalize/flatten.property.test.ts", "joining the rows on their ids gives the document back"],
  ),
  "benchmark against dlt": partly("bench/run.mjs measures both and prints the ratio; it is run by hand, since no test measures time", [
    "interop/benchmark-documents.test.ts",
    "the documents of the benchmark are loaded as dlt loads them",
  ]),
  "helpers for users' tests": partly("recorded answers of APIs come with the REST sources; docs/testing.md says how to do without", [
    "src/testing/test-pipeline.test.ts",
    "a user's test: rows, state, and what a second run adds",
    "`now` is the clock of all that is stored",
  ]),
  "differential tests": shown(
    ["interop/webhooks.test.ts", "recorded GitHub webhooks are loaded as dlt loads them"],
    ["interop/awkward-documents.test.ts", "generated awkward documents are loaded as dlt loads them"],
  ),
  "code in the docs is run": shown(["package/docs.test.ts", "compiles in a strict project", "runs: "]),
};
