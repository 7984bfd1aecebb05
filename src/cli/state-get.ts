import { ConfigError } from "../core/errors.ts";
import { readLocalPipeline } from "../pipeline/local-info.ts";
import { membersOf, parsePath, pathText, valueAt } from "../state/path.ts";
import { print, printJson } from "./output.ts";
import { openToLook, pipelinesDirOf, type StateOptions } from "./state-pipeline.ts";
import { valueText } from "./state-text.ts";

export interface GetOptions extends StateOptions {
  /** Of the destination, not of this machine. */
  readonly remote?: boolean;
}

/** Prints the state, or what is at a place in it. */
export async function getState(name: string, path: string | undefined, options: GetOptions): Promise<void> {
  const steps = parsePath(path ?? "");
  const state = options.remote ? await storedState(name, options) : localState(name, options);
  const value = valueAt(state, steps);
  if (value === undefined) throw nothingThere(state, steps);
  if (options.json) printJson(value);
  else print(valueText(value));
}

function localState(name: string, options: StateOptions): object {
  const { state, sources } = readLocalPipeline(pipelinesDirOf(options), name);
  if (state === null) {
    throw new ConfigError(
      `Pipeline \`${name}\` has no state on this machine yet: no extract has finished here. --remote asks the destination.`,
    );
  }
  return { ...state, sources };
}

async function storedState(name: string, options: StateOptions): Promise<object> {
  await using pipeline = await openToLook(name, options);
  const state = await pipeline.storedState();
  if (state === undefined) {
    throw new ConfigError(`Dataset \`${pipeline.datasetName}\` of the destination has no state of pipeline \`${name}\`.`);
  }
  return state;
}

function nothingThere(state: object, path: ReturnType<typeof parsePath>): ConfigError {
  let depth = path.length - 1;
  while (depth > 0 && valueAt(state, path.slice(0, depth)) === undefined) depth--;
  const there = path.slice(0, depth);
  const members = membersOf(valueAt(state, there));
  const known = members.length === 0 ? "has no members" : `has ${members.slice(0, 20).join(", ")}${members.length > 20 ? ", …" : ""}`;
  return new ConfigError(`The state has nothing at \`${pathText(path)}\`: \`${pathText(there)}\` ${known}.`);
}
