import { byteSize } from "../pipeline/print-infos.ts";
import type { StateVersion } from "../pipeline/state-history.ts";
import { changedSlots, diffStates } from "../state/diff.ts";
import { encodeState } from "../state/encode.ts";
import { loadTime } from "./load-time.ts";
import { print, printJson } from "./output.ts";
import { openToLook, type StateOptions } from "./state-pipeline.ts";
import { versionDocument } from "./state-versions.ts";
import { tableText } from "./table-text.ts";

export interface HistoryOptions extends StateOptions {
  /** So many, the newest. */
  readonly limit?: number;
}

/** Lists the versions of the state that the destination has, and what slots each of them changed. */
export async function listVersions(name: string, options: HistoryOptions): Promise<void> {
  await using pipeline = await openToLook(name, options);
  const versions = await pipeline.stateHistory();
  const entries = versions.slice(0, options.limit).map((version, index) => entryOf(version, versions[index + 1]));
  if (options.json) return printJson(entries.map(({ version, ...entry }) => ({ ...versionDocument(version), ...entry })));
  if (entries.length === 0) return print(`The destination has no state of pipeline ${name}.`);
  print([`States of pipeline ${name}, the newest first`, ...tableText([header, ...entries.map(cells)])].join("\n"));
}

interface Entry {
  readonly version: StateVersion;
  /** Of its JSON. */
  readonly bytes: number;
  readonly changed: readonly string[];
}

/** Of two states at a time: a history may be long and its states large. */
function entryOf(version: StateVersion, before: StateVersion | undefined): Entry {
  const { state } = version;
  const changes = diffStates(before?.state ?? { ...state, sources: {} }, state);
  return { version, bytes: Buffer.byteLength(encodeState(state)), changed: changedSlots(changes) };
}

const header = ["version", "load", "time", "size", "changed"];
const shownSlots = 5;

function cells({ version: { version, loadId }, bytes, changed }: Entry): string[] {
  const slots = changed.slice(0, shownSlots).join(", ") + (changed.length > shownSlots ? ` and ${changed.length - shownSlots} more` : "");
  return [`v${version}`, loadId, loadTime(loadId), byteSize(bytes), slots === "" ? "-" : slots];
}
