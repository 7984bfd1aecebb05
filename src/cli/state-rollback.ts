import type { StateVersion } from "../pipeline/state-history.ts";
import { diffStates, type StateChange } from "../state/diff.ts";
import { isConfirmed } from "./confirm.ts";
import { print, printError, printJson } from "./output.ts";
import { openToChange, type StateOptions } from "./state-pipeline.ts";
import { changeDocument, changeLines } from "./state-text.ts";
import { findVersion, versionDocument, versionText } from "./state-versions.ts";

export interface RollbackOptions extends StateOptions {
  /** A load id, or a version. */
  readonly to: string;
  /** Without a question. */
  readonly yes?: boolean;
}

/** Shows what going back to an older state would change, asks, and commits it as a new version. */
export async function rollBack(name: string, options: RollbackOptions): Promise<void> {
  const { json = false, yes = false } = options;
  await using pipeline = await openToChange(name, options);
  // Takes what others have committed, and refuses where packages wait.
  await pipeline.editState(() => {});
  const target = findVersion(options.to, await pipeline.stateHistory(), name);
  const current = pipeline.state;
  const changes = diffStates(current, { ...current, sources: target.state.sources });
  if (changes.length === 0)
    return json
      ? printJson({ to: versionDocument(target), changes: [] })
      : print(`The state of pipeline ${name} is that of ${versionText(target)} already.`);
  if (!json) print(planText(name, target, changes));
  if (!yes && !(await isConfirmed({ json }))) return printError("Nothing was changed.");
  await pipeline.rollbackState(target.loadId);
  const version = pipeline.state._state_version;
  if (json) printJson({ version, to: versionDocument(target), changes: changes.map(changeDocument) });
  else print(`Done: the state of v${target.version} is version ${version} now.`);
}

function planText(name: string, target: StateVersion, changes: readonly StateChange[]): string {
  return [
    `Pipeline ${name}: the state goes back to that of ${versionText(target)}, as a new version`,
    ...changeLines(changes),
    "Rows that were loaded since then stay. The next run reads again from there: tables that are merged or replaced take the rows once, others twice.",
  ].join("\n");
}
