import { bumpState } from "./bump.ts";
import type { PipelineState } from "./document.ts";
import { encodeState } from "./encode.ts";
import { StateConflictError } from "./errors.ts";

export interface StatesToMerge {
  /** What both started from; undefined when that was nothing. */
  readonly base: PipelineState | undefined;
  readonly mine: PipelineState;
  /** What was committed in the meantime. */
  readonly theirs: PipelineState;
}

/**
 * Brings what two runs made of one state together, slot by slot: a slot is the state of a resource, or one key of what the resources of a source share.
 * The result is a new version of `theirs`; the same version when it adds nothing.
 * Throws StateConflictError when both changed the state of a resource, or a shared key differently.
 */
export function mergeStates({ base, mine, theirs }: StatesToMerge): PipelineState {
  const names = mergeNames(base?.schema_names ?? [], mine.schema_names, theirs.schema_names);
  const sources = mergeLevel(base?.sources, mine.sources, theirs.sources, ["sources"], mergeSource);
  const { sources: _, ...rest } = mergeSettings(base, mine, theirs);
  return bumpState({
    ...rest,
    _state_version: Math.max(mine._state_version, theirs._state_version),
    ...(theirs._version_hash === undefined ? {} : { _version_hash: theirs._version_hash }),
    schema_names: names,
    default_schema_name: theirs.default_schema_name ?? mine.default_schema_name,
    ...(sources === undefined ? {} : { sources: sources as NonNullable<PipelineState["sources"]> }),
    ...(mine._local === undefined ? {} : { _local: mine._local }),
  });
}

type Level = { readonly [key: string]: unknown };
type Path = readonly string[];
/** Gives the member of the merged level; undefined when there is none. */
type MergeMember = (base: unknown, mine: unknown, theirs: unknown, path: Path) => unknown;

const mergeSource: MergeMember = (base, mine, theirs, path) =>
  mergeLevel(base, mine, theirs, path, (b, m, t, inner) =>
    inner.at(-1) === "resources" ? mergeLevel(b, m, t, inner, mergeResource) : mergeShared(b, m, t, inner),
  );

/** Merges member by member where both sides changed something. */
function mergeLevel(base: unknown, mine: unknown, theirs: unknown, path: Path, member: MergeMember): unknown {
  if (isSame(mine, base)) return theirs;
  if (isSame(theirs, base)) return mine;
  const [b, m, t] = [levelOf(base), levelOf(mine), levelOf(theirs)];
  const merged = new Map(Object.entries(t));
  for (const key of new Set([...Object.keys(b), ...Object.keys(m)])) {
    const value = member(own(b, key), own(m, key), own(t, key), [...path, key]);
    if (value === undefined) merged.delete(key);
    else merged.set(key, value);
  }
  return mine === undefined && merged.size === 0 ? undefined : Object.fromEntries(merged);
}

function mergeShared(base: unknown, mine: unknown, theirs: unknown, path: Path): unknown {
  if (isSame(mine, base)) return theirs;
  if (isSame(theirs, base) || isSame(mine, theirs)) return mine;
  throw new StateConflictError(path);
}

/** Two runs that bring the state of a resource from one point to the same other one have read the same rows: both would store them. */
function mergeResource(base: unknown, mine: unknown, theirs: unknown, path: Path): unknown {
  if (isSame(filled(mine), filled(base))) return theirs === undefined && base === undefined ? mine : theirs;
  if (isSame(filled(theirs), filled(base)) || (mine === undefined && theirs === undefined)) return mine;
  throw new StateConflictError(path);
}

/** A slot that was looked at and left empty is as good as none. */
function filled(slot: unknown): unknown {
  return Object.keys(levelOf(slot)).length === 0 ? undefined : slot;
}

/** Where the data is and other entries of the document: this side's where it changed them. */
function mergeSettings(base: PipelineState | undefined, mine: PipelineState, theirs: PipelineState): PipelineState {
  const changed = Object.entries(mine).filter(([key, value]) => base === undefined || !isSame(value, own(base as unknown as Level, key)));
  const { dataset_name, destination_type, destination_name } = mine;
  return { ...theirs, ...Object.fromEntries(changed), dataset_name, destination_type, destination_name };
}

function mergeNames(base: readonly string[], mine: readonly string[], theirs: readonly string[]): string[] {
  const removed = base.filter((name) => !mine.includes(name) || !theirs.includes(name));
  return [...new Set([...mine, ...theirs])].filter((name) => !removed.includes(name)).sort();
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || encodeState({ value: a }, { sorted: true }) === encodeState({ value: b }, { sorted: true });
}

function levelOf(value: unknown): Level {
  return typeof value === "object" && value !== null ? (value as Level) : {};
}

function own(level: Level, key: string): unknown {
  return Object.hasOwn(level, key) ? level[key] : undefined;
}
