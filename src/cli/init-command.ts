import type { Command } from "commander";
import type { InitOptions } from "./init.ts";
import { withSharedOptions } from "./shared-options.ts";

export function addInitCommand(program: Command): void {
  withSharedOptions(program.command("init"))
    .summary("make a folder with an example that runs")
    .description("Makes a folder with an example that runs after npm install. What is there already stays.")
    .usage("[options] [SOURCE] [DESTINATION]")
    .argument("[source]", "what to begin with; default rows")
    .argument("[destination]", "where rows go; default duckdb")
    .option("-l, --list-sources", "what there is to begin with")
    .option("--list-destinations", "where rows can go")
    .option("--dir <folder>", "the folder; default the current one")
    .option("-y, --yes", "do not ask before a script is overwritten")
    .action(async (source: string | undefined, destination: string | undefined, _: unknown, command: Command) => {
      const { init } = await import("./init.ts");
      await init(source, destination, command.optsWithGlobals<InitOptions>());
    });
}
