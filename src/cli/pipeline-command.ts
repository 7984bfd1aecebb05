import { Command, Option } from "commander";
import { schemaFormats } from "../schema/formats/schema-formats.ts";
import { printError } from "./output.ts";
import { allOptions, type SharedOptions, takeEverywhere, verboseOption, withSharedOptions } from "./shared-options.ts";

interface PipelineOptions extends SharedOptions {
  readonly pipelinesDir?: string;
  readonly listPipelines?: boolean;
}

/**
 * `leat pipeline NAME OPERATION`, as in dlt. Commander takes the first word after a command for a sub-command,
 * so the outer command hands what follows the name to a second parser.
 */
export function addPipelineCommand(program: Command): void {
  const pipeline = withPipelineOptions(program.command("pipeline"))
    .summary("look at the pipelines of this machine")
    .description("Looks at the pipelines of this machine, and gives up packages that cannot be loaded.")
    .usage("[options] -l\n       leat pipeline [options] NAME [OPERATION]")
    .option("-l, --list-pipelines", "list the pipelines")
    .addOption(verboseOption("more, of info, trace and load-package"))
    .argument("[name]", "the pipeline")
    .argument(
      "[operation...]",
      "info (default): what is known of the pipeline, its state, schemas and packages; trace: what the last run did; failed-jobs: what could not be loaded, and why; load-package: one package, its jobs, its rows; schema: prints a schema; sync: takes state and schemas from the destination; abort-packages: gives up what is not loaded yet; drop: drops tables and state",
    )
    .passThroughOptions()
    .action(async (name: string | undefined, rest: readonly string[], _: unknown, command: Command) => {
      const options = allOptions<PipelineOptions>(command);
      if (options.listPipelines) {
        if (name !== undefined) return pipeline.error(`error: what is '${name}'? --list-pipelines lists all of them.`);
        const { listPipelines } = await import("./list-pipelines.ts");
        return listPipelines(options);
      }
      if (name === undefined) return pipeline.error("error: which pipeline? Give its name, or --list-pipelines.");
      const parser = operations(name, options, program);
      await parser.parseAsync(operationFirst(parser, rest), { from: "user" });
    });
}

/** What can be done with one pipeline. The options may stand before and after the operation. */
function operations(name: string, outer: PipelineOptions, program: Command): Command {
  const parser = withPipelineOptions(new Command(`leat pipeline ${name}`).copyInheritedSettings(program))
    .addOption(verboseOption("more, of info, trace and load-package"))
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  withPipelineOptions(parser.command("info", { isDefault: true }))
    .description("Shows working directory, destination, dataset, schemas, state and load packages.")
    .addOption(verboseOption("more: the state of every source and resource; -vv: all tables with their columns"))
    .action(async (inner: PipelineOptions) => {
      const all = [outer, parser.opts<PipelineOptions>(), inner];
      const { showPipeline } = await import("./show-pipeline.ts");
      showPipeline(name, { ...Object.assign({}, ...all), verbose: all.reduce((sum, { verbose = 0 }) => sum + verbose, 0) });
    });
  withPipelineOptions(parser.command("trace"))
    .description("Shows what the last run did: its steps, how long they took, errors.")
    .addOption(verboseOption("more: rows, jobs and settings; -vv: stacks of errors"))
    .action(async (inner: PipelineOptions) => {
      const all = [outer, parser.opts<PipelineOptions>(), inner];
      const { showTrace } = await import("./show-trace.ts");
      showTrace(name, { ...Object.assign({}, ...all), verbose: all.reduce((sum, { verbose = 0 }) => sum + verbose, 0) });
    });
  withPipelineOptions(parser.command("failed-jobs"))
    .description(
      "Shows the jobs that could not be loaded, with file and reason: of packages that wait, and of those that were loaded without them or given up.",
    )
    .action(async (inner: PipelineOptions) => {
      const { failedJobs } = await import("./failed-jobs.ts");
      failedJobs(name, Object.assign({}, outer, parser.opts<PipelineOptions>(), inner));
    });
  withPipelineOptions(parser.command("load-package"))
    .description("Shows a load package, or does something with it.")
    .usage("[options] [LOAD_ID] [ACTION] [JOB]")
    .argument("[words...]", "the load id, default that of the newest package; then what to do:")
    .addOption(verboseOption("more, of info: the files of jobs, the columns of new tables"))
    .option("--dry-run", "of abort and fail-job: only show what would be done")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", packageActionsHelp)
    .action(async (words: readonly string[], inner: PipelineOptions) => {
      const all = [outer, parser.opts<PipelineOptions>(), inner];
      const { loadPackageCommand } = await import("./load-package.ts");
      const verbose = all.reduce((sum, { verbose = 0 }) => sum + verbose, 0);
      await loadPackageCommand(name, words, { ...Object.assign({}, ...all), verbose });
    });
  for (const operation of ["abort-packages", "drop-pending-packages"])
    withPipelineOptions(parser.command(operation, { hidden: operation === "drop-pending-packages" }))
      .description("Gives up the packages that are not loaded yet: their rows are extracted again by the next run.")
      .option("--dry-run", "only show which packages would be given up")
      .option("-y, --yes", "do not ask")
      .action(async (inner: PipelineOptions) => {
        const { abortPending } = await import("./abort-pending.ts");
        if (operation !== "abort-packages") printError("drop-pending-packages is the old name of abort-packages.");
        await abortPending(name, Object.assign({}, outer, parser.opts<PipelineOptions>(), inner));
      });
  withPipelineOptions(parser.command("schema"))
    .description("Prints a schema: its document, a diagram of its tables, or types of their rows.")
    .addOption(new Option("--format <format>", "the form; default yaml, with --json json").choices(schemaFormats))
    .option("--remove-defaults", "leave out what a reader fills in again, as in files for import; of yaml and json")
    .option("--schema <name>", "the schema, which has the name of its source; default the default schema")
    .action(async (inner: PipelineOptions) => {
      const { schemaCommand } = await import("./schema.ts");
      schemaCommand(name, Object.assign({}, outer, parser.opts<PipelineOptions>(), inner));
    });
  withPipelineOptions(parser.command("sync"))
    .description("Replaces what this machine keeps of the pipeline by what its destination stores. The destination stays as it is.")
    .option("--destination <name>", "where to restore it from, when there is no local copy; its settings are looked up as in a run")
    .option("--dataset-name <name>", "the dataset there; default that of the local copy, else <pipeline>_dataset")
    .option("-y, --yes", "do not ask")
    .action(async (inner: PipelineOptions) => {
      const { sync } = await import("./sync.ts");
      await sync(name, Object.assign({}, outer, parser.opts<PipelineOptions>(), inner));
    });
  withPipelineOptions(parser.command("drop"))
    .description("Drops tables and state of resources, or parts of the state: shows what goes, asks, and does it.")
    .argument("[resources...]", "names of resources, or patterns: re:^old_")
    .option("--drop-all", "all tables and resource states of the schema")
    .option(
      "--state-paths <paths...>",
      "JSON paths in the state of the source: archives, shared.y, '*' for all but the states of its resources",
    )
    .option("--state-only", "tables stay")
    .option("--schema <name>", "the schema, which has the name of its source; default the default schema")
    .option("--dry-run", "only show what would go")
    .option("--destination <name>", "where to restore the pipeline from, when there is no local copy")
    .option("--dataset-name <name>", "the dataset there; default <pipeline>_dataset")
    .option("-y, --yes", "do not ask")
    .action(async (resources: readonly string[], inner: PipelineOptions) => {
      const { dropCommand } = await import("./drop.ts");
      await dropCommand(name, resources, Object.assign({}, outer, parser.opts<PipelineOptions>(), inner));
    });
  for (const command of parser.commands) takeEverywhere(command);
  return parser;
}

const packageActionsHelp = `
Actions:
  info            state, jobs with their rows, new tables (default)
  row-counts      rows of the package, and how many of them the dataset has
  job PATTERN     the jobs with this in their name, and every attempt that failed
  abort           gives up this package and all newer ones, whose state builds on it
  fail-job JOB    leaves out a job that failed: the package is loaded without its rows`;

/** The operation before its options, which may stand on both sides of it. The default operation would take an unknown one for its argument. */
function operationFirst(parser: Command, words: readonly string[]): readonly string[] {
  const known = parser.commands.map((command) => command.name());
  const withValue = new Set(
    [parser, ...parser.commands].flatMap(({ options }) => options.filter(({ required }) => required).map(({ long }) => long)),
  );
  const at = words.findIndex((word, i) => !word.startsWith("-") && !withValue.has(words[i - 1]));
  const operation = words[at];
  if (operation === undefined) return words;
  if (known.includes(operation)) return [operation, ...words.slice(0, at), ...words.slice(at + 1)];
  const shown = parser
    .createHelp()
    .visibleCommands(parser)
    .map((command) => command.name());
  return parser.error(`error: there is no operation '${operation}' on a pipeline. There is ${shown.join(", ")}.`);
}

function withPipelineOptions(command: Command): Command {
  return withSharedOptions(command).option(
    "--pipelines-dir <dir>",
    "where the pipelines are; default as dlt: $DLT_DATA_DIR/pipelines, /var/dlt/pipelines for root, ~/.dlt/pipelines",
  );
}
