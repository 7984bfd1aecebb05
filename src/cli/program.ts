import { Command } from "commander";
import { addBackfillCommand } from "./backfill-command.ts";
import { addInitCommand } from "./init-command.ts";
import { print, printError } from "./output.ts";
import { packageVersion } from "./package-version.ts";
import { addPipelineCommand } from "./pipeline-command.ts";
import { addRunCommand } from "./run-command.ts";
import { takeEverywhere, withRootOptions } from "./shared-options.ts";
import { addStateCommand } from "./state-command.ts";
import { addTelemetryCommand, noTelemetry } from "./telemetry-command.ts";
import { addTypesCommand } from "./types-command.ts";

const exitCodes = `
Exit codes:
  0 done, 1 an error in your own code, 2 wrong usage or setting, 3 schema, 4 source, 5 destination,
  6 working directory or state, 7 cancelled, 70 a bug in leat, 130 a second Ctrl-C`;

/** The command line. What a command needs is loaded when it is called. With `json` help and version are put into `texts`. */
export function createProgram({ json, texts }: { readonly json: boolean; readonly texts: string[] }): Command {
  const program = withRootOptions(new Command("leat"))
    .description("Moves data from anything iterable into tables, and remembers where it stopped.")
    .usage("[options] COMMAND")
    .option("--disable-telemetry", "there is none")
    .option("--enable-telemetry", "there is none")
    .option("--no-pwd", "of dlt; scripts find their modules as Node does")
    .hook("preAction", (_, action) => tellOfNothing(action))
    .version(`leat ${packageVersion()}`, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => (json ? void texts.push(text) : print(text.trimEnd())),
      writeErr: (text) => (json ? undefined : process.stderr.write(text)),
    })
    .addHelpText("after", exitCodes);
  addInitCommand(program);
  addRunCommand(program);
  addBackfillCommand(program);
  addPipelineCommand(program);
  addStateCommand(program);
  addTypesCommand(program);
  addTelemetryCommand(program);
  for (const command of program.commands) takeEverywhere(command);
  return program;
}

/** Options that scripts made for dlt may give, and that change nothing here. */
function tellOfNothing(action: Command): void {
  const { disableTelemetry, enableTelemetry, pwd } = action.optsWithGlobals<DltOptions>();
  if ((disableTelemetry === true || enableTelemetry === true) && action.name() !== "telemetry") printError(noTelemetry);
  if (pwd === false) printError("--no-pwd changes nothing: scripts find their modules as Node does.");
}

interface DltOptions {
  readonly disableTelemetry?: boolean;
  readonly enableTelemetry?: boolean;
  readonly pwd?: boolean;
}
