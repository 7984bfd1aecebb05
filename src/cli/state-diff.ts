import { ConfigError } from "../core/errors.ts";
import type { StateVersion } from "../pipeline/state-history.ts";
import { diffStates } from "../state/diff.ts";
import { print, printJson } from "./output.ts";
import { openToLook, type StateOptions } from "./state-pipeline.ts";
import { changeDocument, changeLines } from "./state-text.ts";
import { findVersion, versionDocument, versionText } from "./state-versions.ts";

/** Shows what differs between two versions of the state: default the last two, or one and the last. */
export async function diffVersions(name: string, from: string | undefined, to: string | undefined, options: StateOptions): Promise<void> {
  await using pipeline = await openToLook(name, options);
  const versions = await pipeline.stateHistory();
  const [older, newer] = chosen(name, versions, from, to);
  const changes = diffStates(older.state, newer.state);
  if (options.json) return printJson({ from: versionDocument(older), to: versionDocument(newer), changes: changes.map(changeDocument) });
  const head = `State of pipeline ${name}: ${versionText(older)} -> ${versionText(newer)}`;
  print([head, ...(changes.length === 0 ? ["  no difference"] : changeLines(changes))].join("\n"));
}

function chosen(
  name: string,
  versions: readonly StateVersion[],
  from: string | undefined,
  to: string | undefined,
): readonly [older: StateVersion, newer: StateVersion] {
  const [last, secondLast] = versions;
  const older = from === undefined ? secondLast : findVersion(from, versions, name);
  const newer = to === undefined ? last : findVersion(to, versions, name);
  if (older !== undefined && newer !== undefined) return [older, newer];
  const there = versions.length === 0 ? "no state" : "one state only";
  throw new ConfigError(`There are no two states to compare: the destination has ${there} of pipeline \`${name}\`.`);
}
