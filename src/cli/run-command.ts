import type { Command } from "commander";
import { allOptions, verboseOption, withSharedOptions } from "./shared-options.ts";

export function addRunCommand(program: Command): void {
  withSharedOptions(program.command("run"))
    .summary("run a script in TypeScript or JavaScript")
    .description("Runs a script in TypeScript or JavaScript, and shows what its pipelines do.")
    .usage("[options] FILE [-- ARGUMENTS]")
    .argument("<file>", "the script")
    .argument("[arguments...]", "what the script finds in process.argv; after -- if they begin with a dash")
    .addOption(verboseOption("more: the steps of each run, its rows, jobs and settings"))
    .addHelpText(
      "after",
      `
Progress goes to standard error. The result of each run goes to standard output, unless the script prints it itself.
With --json standard output is a list of these results, and what the script prints goes to standard error.`,
    )
    .action(async (file: string, scriptArguments: readonly string[], _: unknown, command: Command) => {
      const { json = false, debug = false, verbose } = allOptions(command);
      const { runScript } = await import("./run-script.ts");
      await runScript(file, { scriptArguments, json, debug, verbose });
    });
}
