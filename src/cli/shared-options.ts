import { type Command, Option } from "commander";

export interface SharedOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** The options that every command takes. */
export function withSharedOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON document to standard output, errors too")
    .option("--debug", "print the stack of an error")
    .addOption(new Option("--non-interactive", "never ask; what would be asked needs --yes").hideHelp());
}
