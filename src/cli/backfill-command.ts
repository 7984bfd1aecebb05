import type { Command } from "commander";
import type { BackfillFlags } from "./backfill-flags.ts";
import { allOptions, verboseOption, withSharedOptions } from "./shared-options.ts";

export function addBackfillCommand(program: Command): void {
  withSharedOptions(program.command("backfill"))
    .summary("load ranges of a cursor, each once")
    .description(
      "Loads the ranges of a resource with a cursor that are not loaded yet, each once. The script exports the pipeline, and the resource or source.",
    )
    .usage("[options] FILE --from VALUE --to VALUE --every LENGTH")
    .argument("<file>", "the script")
    .requiredOption("--from <value>", "the first value of the cursor, in the form of the cursor's initialValue")
    .requiredOption("--to <value>", "where it ends; this value is left out")
    .requiredOption("--every <length>", "length of a range: 1d, 6h, or a number")
    .option("--parallel <ranges>", "extract so many ranges at the same time; default 1")
    .option("--export <name>", "the export of the script to load; default the only resource or source that it has")
    .option("--type <type>", "of the values, where the resource has no initialValue and for sources: text, number, date or plain-date")
    .addOption(verboseOption("more: the steps of each run, its rows, jobs and settings"))
    .addHelpText("after", "\nCalled again, also after a kill or a failure, it goes on with the missing ranges.")
    .action(async (file: string, _: unknown, command: Command) => {
      const { json = false, debug = false, verbose, ...options } = allOptions<BackfillFlags>(command);
      const { backfillScript } = await import("./backfill-script.ts");
      await backfillScript(file, { json, debug, verbose, ...options });
    });
}
