import { CommanderError } from "commander";
import { neverAsk } from "./confirm.ts";
import { failureDocument } from "./failure-document.ts";
import { exitCodeOf, failureText } from "./failure-text.ts";
import { printError, printJson } from "./output.ts";
import { packageVersion } from "./package-version.ts";
import { createProgram } from "./program.ts";

const usageExitCode = 2;

/** Runs one command of the command line and sets the exit code of the process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const { json, debug, isInteractive } = flagsOf(argv);
  if (!isInteractive) neverAsk();
  const texts: string[] = [];
  try {
    await createProgram({ json, texts }).parseAsync(withCommand(argv), { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) {
        if (json) printJson(asDocument(texts.join("").trimEnd()));
        return;
      }
      process.exitCode = usageExitCode;
      if (json) printJson({ error: { code: "usage", message: usageMessage(error) } });
      return;
    }
    process.exitCode = exitCodeOf(error);
    if (json) printJson({ error: failureDocument(error, { debug }) });
    else printError(failureText(error, { debug }));
  }
}

/** Where a command is missing the help is printed, which is no message. */
function usageMessage({ code, message }: CommanderError): string {
  return code === "commander.help" ? "which command? --help shows what there is." : message.replace(/^error: /, "");
}

/** `leat --disable-telemetry` is a command line of its own in dlt. */
function withCommand(argv: readonly string[]): readonly string[] {
  const isAboutTelemetry = argv.includes("--disable-telemetry") || argv.includes("--enable-telemetry");
  return isAboutTelemetry && argv.every((word) => word.startsWith("-")) ? [...argv, "telemetry"] : argv;
}

/** Help and version with `--json`. */
function asDocument(text: string): object {
  return text === `leat ${packageVersion()}` ? { version: packageVersion() } : { help: text };
}

/** Needed also where the rest of the command line makes no sense. What follows `--` belongs to the script. */
function flagsOf(argv: readonly string[]): { readonly json: boolean; readonly debug: boolean; readonly isInteractive: boolean } {
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  return { json: own.includes("--json"), debug: own.includes("--debug"), isInteractive: !own.includes("--non-interactive") };
}
