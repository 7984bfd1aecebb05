import type { PipelineState, ResourceState, SourceState } from "./document.ts";

/** The live state of a source in a working copy; made when it is not there yet. */
export function sourceSlot(state: PipelineState, source: string): SourceState {
  state.sources ??= {};
  return member<SourceState>(state.sources, source);
}

/** The live state of a resource in a working copy; made when it is not there yet. */
export function resourceSlot(state: PipelineState, source: string, resource: string): ResourceState {
  const slot = sourceSlot(state, source);
  slot.resources ??= {};
  return member<ResourceState>(slot.resources, resource);
}

// Names are the user's: `constructor` must not find what every object has, `__proto__` must not change it.
function member<Slot extends object>(slots: { [name: string]: Slot }, name: string): Slot {
  if (!Object.hasOwn(slots, name)) Object.defineProperty(slots, name, { value: {}, enumerable: true, writable: true, configurable: true });
  return slots[name] as Slot;
}
