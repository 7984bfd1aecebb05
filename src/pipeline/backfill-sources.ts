import { ConfigError } from "../core/errors.ts";
import type { ResourceDefinition } from "../extract/definition.ts";
import type { IncrementalOptions } from "../extract/incremental/incremental-options.ts";
import { replaceResources } from "../extract/replace-resources.ts";
import { isReplace } from "../extract/replaces.ts";
import type { PipelineState } from "../state/document.ts";
import { resourceSlot } from "../state/slots.ts";
import { missingOf, type Range, withRange } from "./backfill-ranges.ts";

/** A source as far as a backfill looks at it. */
interface WithResources {
  readonly name: string;
  readonly resources: readonly ResourceDefinition[];
}

/** The cursor of a resource of a source. */
export interface Target {
  readonly source: string;
  readonly resource: string;
  readonly cursorPath: string;
}

/** Ranges that are missing, and the resources that they are missing of. */
export interface Missing {
  readonly targets: readonly Target[];
  readonly ranges: readonly Range[];
}

/** The cursors that a backfill moves over its ranges. Throws ConfigError for resources of which a range cannot be loaded. */
export function backfillTargets(sources: readonly WithResources[]): readonly Target[] {
  const targets = sources.flatMap(({ name: source, resources }) =>
    resources.filter(({ selected }) => selected).flatMap((definition) => targetOf(source, definition)),
  );
  if (targets.length === 0) throw new ConfigError('A backfill needs a resource with a cursor: incremental: { cursorPath: "..." }.');
  return targets;
}

/** What is not done yet. Resources that miss the same ranges are loaded together. */
export function missingRanges(targets: readonly Target[], ranges: readonly Range[], state: PipelineState): readonly Missing[] {
  const groups = new Map<string, { readonly targets: Target[]; readonly ranges: readonly Range[] }>();
  for (const target of targets) {
    const missing = missingOf(ranges, doneOf(state, target));
    if (missing.length === 0) continue;
    const key = missing.map(({ from, to }) => `${String(from)}\0${String(to)}`).join("\n");
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { targets: [target], ranges: missing });
    else known.targets.push(target);
  }
  return [...groups.values()];
}

/** The sources, so that their resources load a range. Those that are no targets are not loaded. */
export function overRange<Source extends WithResources>(
  sources: readonly Source[],
  targets: readonly Target[],
  range: Range,
): readonly Source[] {
  return sources.flatMap((source) => {
    const names = new Set(targets.filter((target) => target.source === source.name).map(({ resource }) => resource));
    if (names.size === 0) return [];
    const resources = replaceResources(source.resources, (definition) => {
      const { incremental, selected } = definition;
      const owner = cursorOwner(definition);
      return {
        ...definition,
        selected: selected && owner !== undefined && names.has(owner.name),
        incremental: incremental && rangedCursor(incremental, range),
      };
    });
    return [{ ...source, resources }];
  });
}

/** Notes in a state, which is changed, that a range is done. */
export function markDone(state: PipelineState, targets: readonly Target[], range: Range): void {
  for (const target of targets) {
    const slot = resourceSlot(state, target.source, target.resource);
    const done = withRange(doneOf(state, target), range);
    slot.incremental = { ...slot.incremental, [keyOf(target)]: { done: done.map(({ from, to }) => [from, to]) } as never };
  }
}

function targetOf(source: string, definition: ResourceDefinition): readonly Target[] {
  const { name: resource, incremental } = definition;
  const owner = cursorOwner(definition);
  if (owner === undefined)
    throw new ConfigError(
      `Resource \`${resource}\` has no cursor, so that each range of the backfill would load all its rows: give it one, or leave it out of the source (withResources()).`,
    );
  if (isReplace(definition))
    throw new ConfigError(
      `Resource \`${resource}\` replaces its table, so that each range of the backfill would drop the one before: append or merge.`,
    );
  if (incremental === undefined) return [];
  const { lastValueFunc = "max", onCursorValueMissing } = incremental;
  if (lastValueFunc !== "max")
    throw new ConfigError(
      `The cursor of resource \`${resource}\` has a lastValueFunc: a backfill goes over ranges from low to high, with "max".`,
    );
  if (onCursorValueMissing === "include")
    throw new ConfigError(
      `Resource \`${resource}\` includes rows without a cursor value, which lie in no range: for the backfill take onCursorValueMissing: "exclude", and load them by a run.`,
    );
  return [{ source, resource, cursorPath: incremental.cursorPath }];
}

/** The resource itself, or the one above it, that has a cursor. */
function cursorOwner(definition: ResourceDefinition): ResourceDefinition | undefined {
  if (definition.incremental !== undefined) return definition;
  return definition.parent === undefined ? undefined : cursorOwner(definition.parent);
}

function rangedCursor({ lag: _, ...incremental }: IncrementalOptions, { from, to }: Range): IncrementalOptions {
  return { ...incremental, initialValue: from, endValue: to, rangeStart: "closed", rangeEnd: "open" };
}

function doneOf({ sources = {} }: PipelineState, target: Target): readonly Range[] {
  const { resources = {} } = Object.hasOwn(sources, target.source) ? sources[target.source]! : {};
  const slot = Object.hasOwn(resources, target.resource) ? resources[target.resource]! : {};
  const stored = slot.incremental?.[keyOf(target)] as { readonly done?: readonly (readonly [unknown, unknown])[] } | undefined;
  return (stored?.done ?? []).map(([from, to]) => ({ from, to }));
}

/** Beside the cursor, so that what forgets the one forgets the other. No path begins like this. */
function keyOf({ cursorPath }: Target): string {
  return `backfill:${cursorPath}`;
}
