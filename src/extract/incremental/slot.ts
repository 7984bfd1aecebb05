import type { IncrementalState } from "../../state/document.ts";
import type { Loose } from "../rows.ts";
import type { CursorRule } from "./cursor-rule.ts";

/** With a cursor for each partition. dlt takes what it does not know for granted, and stores it again. */
export interface PartitionedState extends IncrementalState {
  /** By key, as `partitionKey` writes it: `last_value` and `unique_hashes`. */
  partitions?: object;
}

/** What a resource stores of a cursor, as dlt does; made when it is not there yet. One over a range is thrown away after the run. */
export function openSlot(rule: CursorRule, resourceState: () => Loose): PartitionedState {
  if (rule.isStateless) return newSlot(rule);
  const state = resourceState();
  if (!isObject(own(state, "incremental"))) define(state, "incremental", {});
  const slots = state["incremental"] as Loose;
  const stored = own(slots, rule.path.text);
  if (isObject(stored) && Object.keys(stored).length > 0) return stored as unknown as PartitionedState;
  const made = newSlot(rule);
  define(slots, rule.path.text, made);
  return made;
}

/** Of a cursor that never ran. */
export function newSlot({ initial }: CursorRule): IncrementalState {
  return { initial_value: initial, last_value: initial, unique_hashes: [], start_value: initial };
}

export function own(object: Loose, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Assignment would take a key named `__proto__` for the prototype. */
export function define(object: Loose, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
