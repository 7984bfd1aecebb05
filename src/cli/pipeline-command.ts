import { Command } from "commander";
import { type SharedOptions, withSharedOptions } from "./shared-options.ts";

interface PipelineOptions extends SharedOptions {
  readonly verbose?: number;
  readonly pipelinesDir?: string;
  readonly listPipelines?: boolean;
  readonly yes?: boolean;
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
    .argument("[name]", "the pipeline")
    .argument(
      "[operation...]",
      "info (default): what is known of the pipeline, its state, schemas and packages; sync: takes state and schemas from the destination; abort-packages: gives up what is not loaded yet; drop: drops tables and state",
    )
    .passThroughOptions()
    .action(async (name: string | undefined, rest: readonly string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PipelineOptions>();
      if (options.listPipelines) {
        const { listPipelines } = await import("./list-pipelines.ts");
        return listPipelines(options);
      }
      if (name === undefined) return pipeline.error("error: which pipeline? Give its name, or --list-pipelines.");
      const parser = operations(name, options, program);
      checkOperation(parser, rest);
      await parser.parseAsync(rest, { from: "user" });
    });
}

/** What can be done with one pipeline. The options may stand before and after the operation. */
function operations(name: string, outer: PipelineOptions, program: Command): Command {
  const parser = withPipelineOptions(new Command(`leat pipeline ${name}`).copyInheritedSettings(program))
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  withPipelineOptions(parser.command("info", { isDefault: true }))
    .description("Shows working directory, destination, dataset, schemas, state and load packages.")
    .action(async (inner: PipelineOptions) => {
      const all = [outer, parser.opts<PipelineOptions>(), inner];
      const { showPipeline } = await import("./show-pipeline.ts");
      showPipeline(name, { ...Object.assign({}, ...all), verbose: all.reduce((sum, { verbose = 0 }) => sum + verbose, 0) });
    });
  withPipelineOptions(parser.command("abort-packages"))
    .description("Gives up the packages that are not loaded yet: their rows are extracted again by the next run.")
    .option("-y, --yes", "do not ask")
    .action(async (inner: PipelineOptions) => {
      const { abortPending } = await import("./abort-pending.ts");
      await abortPending(name, Object.assign({}, outer, parser.opts<PipelineOptions>(), inner));
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
  return parser;
}

/** The default operation would take an unknown one for its argument. */
function checkOperation(parser: Command, words: readonly string[]): void {
  const known = parser.commands.map((command) => command.name());
  const operation = words.find((word, i) => !word.startsWith("-") && words[i - 1] !== "--pipelines-dir");
  if (operation === undefined || known.includes(operation)) return;
  parser.error(`error: there is no operation '${operation}' on a pipeline. There is ${known.join(", ")}.`);
}

function withPipelineOptions(command: Command): Command {
  return withSharedOptions(command)
    .option("-v, --verbose", "more: the state of every source and resource; -vv: all tables with their columns", (_, n: number) => n + 1, 0)
    .option(
      "--pipelines-dir <dir>",
      "where the pipelines are; default as dlt: $DLT_DATA_DIR/pipelines, /var/dlt/pipelines for root, ~/.dlt/pipelines",
    );
}
