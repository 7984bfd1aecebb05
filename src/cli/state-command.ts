import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { withSharedOptions } from "./shared-options.ts";

const valueTypes = ["json", "text", "timestamp", "datetime", "date", "time", "decimal", "wei", "hex", "bytes"];

/** `leat state OPERATION NAME`: looks at the state of a pipeline, and repairs it. */
export function addStateCommand(program: Command): void {
  const state = withSharedOptions(program.command("state"))
    .summary("look at the state of a pipeline, and repair it")
    .description(
      "Looks at the state of a pipeline, and repairs it. The state is a document; PATH is a place in it, such as sources.chess.resources.games.archives[0].",
    )
    .usage("[options] get | set | history | diff | rollback NAME")
    .helpCommand(false);
  addGet(state);
  addSet(state);
  addHistory(state);
  addDiff(state);
  addRollback(state);
}

function addGet(state: Command): void {
  operation(state, "get", "prints the state, or what is at a place in it")
    .addArgument(place("[path]"))
    .option("--remote", "the state in the destination; without it the one on this machine, and no destination is opened")
    .action(async (name: string, path: string | undefined, _: unknown, command: Command) => {
      const { getState } = await import("./state-get.ts");
      await getState(name, path, command.optsWithGlobals());
    });
}

function addSet(state: Command): void {
  operation(state, "set", "changes what is at a place in the state, and commits it: shows what changes, and asks")
    .addArgument(place("<path>"))
    .argument("[value]", "JSON, else text; what replaces a date, a decimal or bytes is one, too")
    .addOption(new Option("--type <type>", "what the value is, if not that").choices(valueTypes))
    .option("--delete", "take away what is there")
    .option("-y, --yes", "do not ask")
    .action(async (name: string, path: string, value: string | undefined, options: { readonly delete?: boolean }, command: Command) => {
      if ((value === undefined) !== (options.delete === true)) return command.error("error: give a value, or --delete");
      const { setState } = await import("./state-set.ts");
      return await setState(name, path, value, command.optsWithGlobals());
    });
}

function addHistory(state: Command): void {
  operation(state, "history", "lists the versions of the state that the destination has, and the slots that each has changed")
    .option("-n, --limit <count>", "only so many, the newest", countOf)
    .action(async (name: string, _: unknown, command: Command) => {
      const { listVersions } = await import("./state-history.ts");
      await listVersions(name, command.optsWithGlobals());
    });
}

function addDiff(state: Command): void {
  operation(state, "diff", "shows what differs between two versions of the state")
    .argument("[from]", "a load id or a version such as v3; default the last but one")
    .argument("[to]", "the same; default the last one")
    .action(async (name: string, from: string | undefined, to: string | undefined, _: unknown, command: Command) => {
      const { diffVersions } = await import("./state-diff.ts");
      await diffVersions(name, from, to, command.optsWithGlobals());
    });
}

function addRollback(state: Command): void {
  operation(state, "rollback", "makes an older state the newest version: shows what changes, and asks. Rows stay")
    .option("--load-id <id>", "the state of that load")
    .option("--version <version>", "the state of that version")
    .option("-y, --yes", "do not ask")
    .action(async (name: string, options: { readonly loadId?: string; readonly version?: string }, command: Command) => {
      const { loadId, version } = options;
      const to = loadId ?? version;
      if (to === undefined || (loadId !== undefined && version !== undefined)) return command.error("error: give --load-id or --version");
      const { rollBack } = await import("./state-rollback.ts");
      return await rollBack(name, { ...command.optsWithGlobals(), to });
    });
}

function operation(state: Command, name: string, description: string): Command {
  return withSharedOptions(state.command(name))
    .description(`${description[0]!.toUpperCase()}${description.slice(1)}.`)
    .summary(description)
    .argument("<name>", "the pipeline")
    .option("--pipelines-dir <dir>", "where the pipelines of this machine are")
    .option("--destination <name>", "where its data is, if this machine does not know the pipeline")
    .option("--dataset-name <name>", "its dataset, if this machine does not know the pipeline");
}

function place(name: string): Argument {
  return new Argument(name, 'a place in the state: keys, indexes as [0], odd names as ["my shop"]');
}

function countOf(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It has to be a whole number of 1 or more.");
  return Number(text);
}
