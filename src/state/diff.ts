import { isContainer } from "./clone.ts";
import { encodeState } from "./encode.ts";
import type { StatePath } from "./path.ts";

/** One place at which two states differ; undefined where one of them has nothing. */
export interface StateChange {
  readonly path: StatePath;
  readonly before: unknown;
  readonly after: unknown;
}

/** The places at which two state documents differ, as deep as possible. Versions, hashes and what is of one machine only do not count. */
export function diffStates(before: object, after: object): readonly StateChange[] {
  const changes: StateChange[] = [];
  compareMembers(without(before), without(after), [], changes);
  return changes;
}

/** The slots that changes lie in: `shop.games` is a resource, `shop` what the resources of a source share; others are keys of the pipeline itself. */
export function changedSlots(changes: readonly StateChange[]): readonly string[] {
  return [...new Set(changes.map(({ path }) => slotOf(path)))];
}

function slotOf([root, source, branch, resource]: StatePath): string {
  if (root !== "sources" || source === undefined) return String(root);
  return branch === "resources" && resource !== undefined ? `${source}.${resource}` : String(source);
}

const apart: readonly string[] = ["_state_version", "_version_hash", "_state_engine_version", "_local"];

function without(state: object): object {
  return Object.fromEntries(Object.entries(state).filter(([key]) => !apart.includes(key)));
}

type Path = readonly (string | number)[];

function compare(before: unknown, after: unknown, path: Path, changes: StateChange[]): void {
  if (before === after) return;
  const [from, to] = [branchOf(before), branchOf(after)];
  if (Array.isArray(from) && Array.isArray(to)) compareLists(from, to, path, changes);
  else if (isObject(from) && isObject(to)) compareMembers(from, to, path, changes);
  // Slot by slot also where all slots are new or gone.
  else if (isAboveSlots(path) && before === undefined && hasMembers(to)) compareMembers({}, to, path, changes);
  else if (isAboveSlots(path) && after === undefined && hasMembers(from)) compareMembers(from, {}, path, changes);
  else if (!isSame(before, after)) changes.push({ path, before, after });
}

function compareMembers(before: object, after: object, path: Path, changes: StateChange[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
    compare(own(before, key), own(after, key), [...path, key], changes);
}

/** What both lists begin and end with is the same: of a list that lost its first member, one member is gone. */
function compareLists(before: readonly unknown[], after: readonly unknown[], path: Path, changes: StateChange[]): void {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isSame(before[start], after[start])) start++;
  let end = 0;
  while (end < shorter - start && isSame(before[before.length - 1 - end], after[after.length - 1 - end])) end++;
  const [from, to] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  for (let index = 0; index < Math.max(from.length, to.length); index++) compare(from[index], to[index], [...path, start + index], changes);
}

/** `sources`, a source, and its `resources`. */
function isAboveSlots(path: Path): boolean {
  return path[0] === "sources" && (path.length < 3 || (path.length === 3 && path[2] === "resources"));
}

function isSame(before: unknown, after: unknown): boolean {
  if (before === undefined || after === undefined) return before === after;
  // 5 and 5n are one text in a document.
  if (isNumeric(before) && isNumeric(after)) return String(before) === String(after);
  if (typeof before !== "object" && typeof after !== "object") return before === after;
  return encodeState({ value: before }, { sorted: true }) === encodeState({ value: after }, { sorted: true });
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

function branchOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && isContainer(value) ? value : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasMembers(value: unknown): value is object {
  return isObject(value) && Object.keys(value).length > 0;
}

function own(container: object, key: string): unknown {
  return Object.hasOwn(container, key) ? (container as Record<string, unknown>)[key] : undefined;
}
