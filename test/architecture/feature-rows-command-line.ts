import { type FeatureRows, shown } from "./feature-row.ts";

/** Section 11: the command line. */
export const commandLineRows: FeatureRows = {
  "options of every command": shown(
    [
      "cli/global-options.test.ts",
      "-v stands before the command",
      "-y answers what would be asked",
      "--non-interactive never asks",
      "is taken, and says so: %j",
    ],
    ["cli/help.test.ts", "prints its help", "prints its version"],
  ),
  init: shown(["cli/init.test.ts", "the example %s runs, again too, and its types are right", "lists what there is, also as JSON"]),
  "pipeline, list": shown([
    "cli/pipeline.test.ts",
    "lists leat's and dlt's pipelines",
    "takes another folder, and tells what cannot be read",
  ]),
  "pipeline info": shown([
    "cli/pipeline.test.ts",
    "S39 shows every slot of the state with -v",
    "S40 is a document with --json",
    "shows the columns of all tables with -vv",
  ]),
  "pipeline failed-jobs": shown(["cli/load-package.test.ts", "failed-jobs shows file and reason"]),
  "pipeline abort-packages": shown(
    ["cli/pipeline.test.ts", "shows what it would give up, and does nothing where nobody can be asked", "gives them up with --yes"],
    ["cli/load-package.test.ts", "abort-packages --dry-run only shows; drop-pending-packages is its old name"],
  ),
  "pipeline sync": shown([
    "cli/sync.test.ts",
    "S22 rebuilds the working directory from the destination",
    "says what to give where there is no local copy",
  ]),
  "pipeline trace": shown([
    "cli/trace.test.ts",
    "shows the steps of the last run",
    "with -v shows rows, jobs and settings",
    "shows why a run failed, with -vv where",
  ]),
  "pipeline schema": shown(["cli/schema.test.ts", "--format %s", "--remove-defaults leaves out the names inside"]),
  "pipeline drop": shown([
    "cli/drop.test.ts",
    "S44 shows what goes, and drops it",
    "S45 drops state paths alone",
    "S43 drops all of a schema, as JSON",
    "without a terminal --yes is needed",
  ]),
  "pipeline load-package": shown([
    "cli/load-package.test.ts",
    "load-package shows the newest package",
    "row-counts compares the package with the dataset",
    "job shows every attempt of a job",
    "fail-job shows what is lost, asks, and leaves the job out",
    "abort gives up the package after a look at the plan",
  ]),
  telemetry: shown(["cli/init.test.ts", "there is no telemetry, and it is said"]),
  "--json and exit codes": shown([
    "cli/exit-codes.test.ts",
    "of %s is %i, and --json tells its code",
    "of %s prints one document, and nothing else",
    "of %s, which is refused, prints one document with the error",
  ]),
  "run, state, types": shown(
    ["cli/run.test.ts", "prints what a run did, and log lines where there is no terminal"],
    [
      "cli/state.test.ts",
      "State: get prints what is at a path",
      "State: set a cursor, and the next run starts there",
      "State: diff shows what the last version changed",
      "State: history lists the versions",
      "State: rollback shows the plan",
    ],
    ["cli/types.test.ts", "writes declarations of all tables of one pipeline"],
  ),
};
