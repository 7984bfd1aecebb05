import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../core/errors.ts";
import { ScriptSession } from "./script-session.ts";

export interface RunScriptOptions {
  readonly scriptArguments: readonly string[];
  readonly json: boolean;
  readonly debug: boolean;
  /** 1 and more: of each run also its trace. */
  readonly verbose: number;
}

/** Runs a script in this process, as `node FILE` would, TypeScript included. The session prints what there is to print when the process ends. `then` gets what the script exports. */
export async function runScript(
  file: string,
  options: RunScriptOptions,
  then?: (exports: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const path = resolve(file);
  if (!isFile(path)) throw new ConfigError(`There is no script \`${path}\`.`);
  const session = ScriptSession.start(options);
  process.argv = [process.execPath, path, ...options.scriptArguments];
  try {
    const { createJiti } = await import("jiti");
    const exports: Readonly<Record<string, unknown>> = await createJiti(pathToFileURL(path).href).import(path);
    await then?.(exports);
    session.loaded();
  } catch (error) {
    session.fail(error);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
