import { readFileSync } from "node:fs";
import { Command } from "commander";
import { print } from "./output.ts";
import { addPipelineCommand } from "./pipeline-command.ts";
import { addRunCommand } from "./run-command.ts";
import { type SharedOptions, withSharedOptions } from "./shared-options.ts";
import { addStateCommand } from "./state-command.ts";

const exitCodes = `
Exit codes:
  0 done, 1 an error in your own code, 2 wrong usage or setting, 3 schema, 4 source, 5 destination,
  6 working directory or state, 7 cancelled, 70 a bug in leat, 130 a second Ctrl-C`;

/** The command line. What a command needs is loaded when it is called. */
export function createProgram({ json }: Required<Pick<SharedOptions, "json">>): Command {
  const program = withSharedOptions(new Command("leat"))
    .description("Moves data from anything iterable into tables, and remembers where it stopped.")
    .usage("[options] COMMAND")
    .version(`leat ${version()}`, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({ writeOut: (text) => print(text.trimEnd()), writeErr: (text) => (json ? undefined : process.stderr.write(text)) })
    .addHelpText("after", exitCodes);
  addRunCommand(program);
  addPipelineCommand(program);
  addStateCommand(program);
  return program;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { readonly version: string };
  return version;
}
