import type { Command } from "commander";
import { print, printJson } from "./output.ts";
import { type SharedOptions, withSharedOptions } from "./shared-options.ts";

/** dlt has this command; scripts may call it. */
export function addTelemetryCommand(program: Command): void {
  withSharedOptions(program.command("telemetry"))
    .summary("whether anything is sent to anybody: no")
    .description("Says whether telemetry is on. leat has none: nothing about you or your pipelines is sent to anybody.")
    .action((_: unknown, command: Command) => {
      if (command.optsWithGlobals<SharedOptions>().json === true) printJson({ telemetry: false });
      else print(noTelemetry);
    });
}

export const noTelemetry = "Telemetry is off: leat has none.";
