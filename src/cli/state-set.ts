import { ConfigError } from "../core/errors.ts";
import type { OpenedPipeline } from "../pipeline/pipeline-type.ts";
import { checkEdit } from "../state/check-edit.ts";
import { cloneState } from "../state/clone.ts";
import { diffStates, type StateChange } from "../state/diff.ts";
import type { PipelineState } from "../state/document.ts";
import { deleteAt, parsePath, pathText, type StatePath, setAt, valueAt } from "../state/path.ts";
import { WorkingCopy } from "../state/working-copy.ts";
import { isConfirmed } from "./confirm.ts";
import { print, printError, printJson } from "./output.ts";
import { openToChange, type StateOptions } from "./state-pipeline.ts";
import { changeDocument, changeLines } from "./state-text.ts";
import { parseValue } from "./state-value.ts";

export interface SetOptions extends StateOptions {
  /** Takes the value away. */
  readonly delete?: boolean;
  readonly type?: string;
  /** Without a question. */
  readonly yes?: boolean;
}

/** Shows what would change at a place in the state, asks, and commits it. */
export async function setState(name: string, path: string, text: string | undefined, options: SetOptions): Promise<void> {
  const { json = false, yes = false } = options;
  const place = parsePath(path);
  await using pipeline = await openToChange(name, options);
  // Takes what others have committed, and refuses where packages wait.
  await pipeline.editState(() => {});
  const before = editable(pipeline);
  const edit = editOf(place, text, before, options);
  const after = cloneState(before);
  edit(after);
  checkEdit(before, after);
  const changes = diffStates(before, after);
  if (changes.length === 0) return json ? printJson({ changes: [] }) : print(`The state of pipeline ${name} is so already.`);
  if (!json) print([`Pipeline ${name}: this changes in the state`, ...changeLines(changes)].join("\n"));
  if (!yes && !(await isConfirmed({ json }))) return printError("Nothing was changed.");
  await pipeline.editState((state) => {
    if (diffStates(before, state).length > 0) throw changedMeanwhile(name);
    edit(state);
  });
  tell(pipeline, changes, json);
}

function editable(pipeline: OpenedPipeline): PipelineState {
  return new WorkingCopy(pipeline.state as PipelineState).state;
}

function editOf(place: StatePath, text: string | undefined, before: PipelineState, options: SetOptions): (state: PipelineState) => void {
  const replaces = valueAt(before, place);
  if (options.delete) {
    if (replaces === undefined) throw new ConfigError(`The state has nothing at \`${pathText(place)}\`, so nothing can be deleted there.`);
    return (state) => void deleteAt(state, place);
  }
  const value = parseValue(text ?? "", { type: options.type, replaces });
  return (state) => setAt(state, place, value);
}

function tell(pipeline: OpenedPipeline, changes: readonly StateChange[], json: boolean): void {
  const version = pipeline.state._state_version;
  if (json) printJson({ version, changes: changes.map(changeDocument) });
  else print(`Done: the state has version ${version} now.`);
}

function changedMeanwhile(name: string): ConfigError {
  return new ConfigError(`Nothing was changed: a run of pipeline \`${name}\` has changed its state meanwhile. Look at it, and try again.`);
}
