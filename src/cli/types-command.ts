import type { Command } from "commander";
import { withSharedOptions } from "./shared-options.ts";

export function addTypesCommand(program: Command): void {
  withSharedOptions(program.command("types"))
    .summary("write TypeScript declarations of what was loaded")
    .description(
      "Writes declarations of the tables that pipelines have loaded, from their schemas: with them a wrong name of a table or a column does not compile.",
    )
    .usage("[options] [NAME...]")
    .argument("[names...]", "the pipelines; default those that the file has, for a new file all of this machine")
    .option("-o, --output <file>", "the file; default leat-types.d.ts in the current folder")
    .option("--check", "write nothing; exit with 1 when the file is out of date, and say what differs")
    .option("--pipelines-dir <dir>", "where the pipelines of this machine are")
    .option("--destination <name>", "take the schemas from there, not from this machine; its settings are looked up as in a run")
    .option("--dataset-name <name>", "the dataset there; default that of this machine, else <pipeline>_dataset")
    .action(async (names: readonly string[], _: unknown, command: Command) => {
      const { types } = await import("./types.ts");
      await types(names, command.optsWithGlobals());
    });
}
