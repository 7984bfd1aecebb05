import { isContainer } from "./clone.ts";
import type { PipelineState } from "./document.ts";
import { encodeState } from "./encode.ts";
import { InvalidStateError } from "./errors.ts";
import { pathText } from "./path.ts";

/** What may be edited in a state by hand: the slots of sources and resources. Throws InvalidStateError for all else, and for what state cannot hold. */
export function checkEdit(before: PipelineState, after: PipelineState): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (key !== "sources" && memberText(before, key) !== memberText(after, key)) throw refused(key);
  }
  checkSlots(after.sources, "sources");
  encodeState(after, { maps: false });
}

function checkSlots(sources: unknown, root: string): void {
  if (sources === undefined) return;
  for (const [source, slot] of Object.entries(objectAt(sources, [root]))) {
    const { resources } = objectAt(slot, [root, source]);
    if (resources === undefined) continue;
    for (const [resource, own] of Object.entries(objectAt(resources, [root, source, "resources"])))
      objectAt(own, [root, source, "resources", resource]);
  }
}

function objectAt(value: unknown, path: readonly string[]): { readonly [key: string]: unknown } {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && isContainer(value))
    return value as { [key: string]: unknown };
  const place = pathText(path);
  throw new InvalidStateError(
    `At \`${place}\` of the pipeline state has to be an object. Slots are sources.SOURCE and sources.SOURCE.resources.RESOURCE.`,
    {
      path: place,
    },
  );
}

function memberText(state: PipelineState, key: string): string {
  return encodeState(
    { value: Object.hasOwn(state, key) ? (state as unknown as Record<string, unknown>)[key] : undefined },
    { sorted: true },
  );
}

function refused(key: string): InvalidStateError {
  const message =
    key === "_local"
      ? "`_local` of the pipeline state is of this machine only and not edited with it. Set values of your own with setLocalState()."
      : `\`${key}\` of the pipeline state is leat's own and cannot be edited. Only \`sources\` can: the state of sources and their resources.`;
  return new InvalidStateError(message, { path: key });
}
