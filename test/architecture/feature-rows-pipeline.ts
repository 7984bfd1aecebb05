import { type FeatureRows, partly, shown } from "./feature-row.ts";

/** Section 1: the pipeline and its life. */
export const pipelineRows: FeatureRows = {
  "pipeline() with defaults, named after the script": shown(
    ["e2e/feature-pipeline.test.ts", "two lines make the table of the rows, and the three tables of the loader"],
    ["e2e/design-examples.test.ts", "two lines: any iterable becomes tables"],
    ["cli/run.test.ts", "names a pipeline without a name after the script"],
  ),
  "run() takes rows in any form": shown(
    [
      "e2e/row-forms.test.ts",
      "the same rows come from",
      "every form of rows loads into a table",
      "rows without a resource load in every form that run() takes",
    ],
    ["e2e/sources.test.ts", "are a package and a schema each, in one dataset"],
  ),
  "arguments of run()": partly(
    "`staging` is refused, since files land directly: staging storage is an issue of its own; `schema` is a row schema here, and schema files are given by `schemaPath`",
    ["interop/run-arguments.test.ts", "each argument of run() changes the result as in dlt"],
    ["e2e/run-targets.test.ts", "one run goes elsewhere", "what cannot be is refused"],
    ["e2e/row-schema.test.ts", "run() takes a schema for rows without a resource"],
  ),
  "three steps, in three processes": shown(["e2e/separate-steps.test.ts", "in three processes give what run() gives"]),
  "run() syncs and finishes what is pending first": shown(
    ["e2e/separate-steps.test.ts", "are finished by run() without data", "in any step are finished together"],
    ["crash/crash-points.test.ts", "leaves what the next run finishes with exactly the rows"],
  ),
  "new data is not lost when packages are pending": shown([
    "e2e/separate-steps.test.ts",
    "are finished first, and then the new data is loaded too",
  ]),
  "load packages on disk": shown(
    ["e2e/feature-pipeline.test.ts", "are folders named by their load ids"],
    ["e2e/loaded-packages.test.ts", "loaded packages stay with their files"],
    ["interop/pending-packages.test.ts", "extracted by leat, its typed-jsonl files", "normalized by dlt as %s"],
  ),
  "recovery of a killed run": shown(
    ["crash/crash-points.test.ts", "reaches every crash point at least twice", "leaves what the next run finishes with exactly the rows"],
    ["crash/random-kills.test.ts", "a process that is killed at any moment"],
    ["servers/crash-postgres.test.ts", "leaves what the next run finishes with exactly the rows"],
  ),
  "working directory and its places": shown(
    ["e2e/feature-pipeline.test.ts", "two of them, by DLT_DATA_DIR or by option"],
    ["e2e/separate-steps.test.ts", "two pipelines of one name in two folders"],
  ),
  "attach()": shown(["e2e/attach.test.ts", "restores from the destination where there is no local copy", "goes on where it stopped"]),
  "dev mode": shown(["e2e/dev-mode.test.ts", "S42 dev mode gives every run a dataset of its own and an empty state"]),
  refresh: shown([
    "e2e/refresh.test.ts",
    "%s: a failed extract leaves tables, state and schemas as they were",
    "a table comes back as its rows are now",
  ]),
  "pending packages are given up": shown(
    ["e2e/abort-packages.test.ts", "discards what is pending and rewinds the state"],
    ["e2e/failed-jobs.test.ts", "an aborted package keeps the failed job with its reason"],
    ["cli/load-package.test.ts", "abort-packages --dry-run only shows"],
  ),
  "properties of a pipeline": shown(
    ["e2e/run-targets.test.ts", "the properties of a pipeline follow what it does"],
    ["e2e/dataset.test.ts", "counts the rows of its tables, without those of the loader"],
  ),
  "values of this machine only": shown(["e2e/state-edit.test.ts", "State: a local value is kept between processes, is never synced"]),
  "sync with the destination": shown(
    ["e2e/feature-pipeline.test.ts", "sync() after the dataset was dropped empties state and schemas"],
    ["e2e/restore.test.ts", "S22 comes back by sync(), with the schemas"],
  ),
  "several sources and schemas, one dataset or several": shown(
    ["e2e/sources.test.ts", "are a package and a schema each, in one dataset"],
    ["interop/several-sources.test.ts", "are restored by dlt with all schemas and all state"],
    ["e2e/schema-datasets.test.ts", "loads the default schema and the state into the dataset, each other schema into one of its own"],
  ),
  "arguments win over restored state": shown(["e2e/restore.test.ts", "the dataset, when it is a copy of another one"]),
  "cancellation and signals": shown(
    [
      "crash/failing-code.test.ts",
      "ends a generator that listens, with its finally block",
      "while a package loads lets the commit come to its end",
    ],
    ["cli/interrupt.test.ts", "the first %s", "the second Ctrl-C"],
  ),
  "locks of the working directory and of the destination": shown(
    ["crash/damaged-files.test.ts", "refuses a second run while the first one goes on", "of another process that is alive is respected"],
    ["e2e/several-writers.test.ts", "State: one slot that both changed is a conflict that names it"],
  ),
  "a long extract commits package after package": shown(
    ["e2e/commit-every.test.ts", "loads package after package, each with the rows of whole pages"],
    ["crash/cut-runs.test.ts", "and killed at 80 % of it reads one interval again at most"],
  ),
  "what time mends is retried, what it does not is not": shown(
    ["e2e/load-retries.test.ts", "what fails of something passing is tried again", "what time does not mend fails at once"],
    ["servers/load-retries.test.ts", "a row that a constraint refuses is not tried again"],
  ),
};
