import { type Command, Option } from "commander";

export interface SharedOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
  /** How often -v was given. */
  readonly verbose?: number;
  readonly yes?: boolean;
}

/** The options that every command takes. */
export function withSharedOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON document to standard output, errors too")
    .option("--debug", "print the stack of an error");
}

/** -v, which may be repeated and may stand at several places of one command line. */
export function verboseOption(description: string): Option {
  return new Option("-v, --verbose", description).argParser((_, n: number | undefined) => (n ?? 0) + 1);
}

/** Those of the root, which says in its help what may stand anywhere. */
export function withRootOptions(command: Command): Command {
  withSharedOptions(command);
  for (const option of everywhere()) command.addOption(option);
  return command;
}

/** Options that may stand anywhere, as in dlt: where a command says nothing of its own about them, they are taken without a line in its help. */
export function takeEverywhere(command: Command): void {
  for (const option of everywhere()) if (!command.options.some(({ long }) => long === option.long)) command.addOption(option.hideHelp());
  for (const one of command.commands) takeEverywhere(one);
}

/** All options of a command and of those above it; -v of all of them is counted together. */
export function allOptions<T extends SharedOptions>(command: Command): T & { readonly verbose: number } {
  let verbose = 0;
  for (let at: Command | null = command; at !== null; at = at.parent) verbose += at.opts<SharedOptions>().verbose ?? 0;
  return { ...command.optsWithGlobals<T>(), verbose };
}

function everywhere(): readonly Option[] {
  return [
    verboseOption("more, of the commands that have more to show; repeated (-vv, -vvv) still more"),
    new Option("-y, --yes", "do not ask before something is changed"),
    new Option("--non-interactive", "never ask; what would be asked needs --yes"),
  ];
}
