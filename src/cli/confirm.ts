import { createInterface } from "node:readline/promises";
import { ConfigError } from "../core/errors.ts";
import { print } from "./output.ts";

let isAsking = true;

/** `--non-interactive`: whatever the terminal, nobody is asked. */
export function neverAsk(): void {
  isAsking = false;
}

/** Asks whether to go on. Throws ConfigError where nobody can be asked. */
export async function isConfirmed({ json }: { readonly json: boolean }): Promise<boolean> {
  if (json || !isAsking || !process.stdin.isTTY || !process.stdout.isTTY)
    throw new ConfigError(
      "Nothing was changed: without a terminal to ask on, and with --json or --non-interactive, --yes has to be given.",
    );
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // Ctrl-C and Ctrl-D are a no.
    return /^y(es)?$/i.test((await lines.question("Go on? [y/N] ")).trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ABORT_ERR") throw error;
    print("");
    return false;
  } finally {
    lines.close();
  }
}
