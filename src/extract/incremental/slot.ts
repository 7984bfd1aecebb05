import { chunksIn } from "../../state/border-chunks.ts";
import type { IncrementalState } from "../../state/document.ts";
import type { Loose } from "../rows.ts";
import type { StoredHashes } from "./border-hashes.ts";
import type { CursorRule } from "./cursor-rule.ts";
import { isSameValue } from "./cursor-value.ts";

/** What leat adds of its own. dlt takes what it does not know for granted, and stores it again. */
export interface CursorSlot extends IncrementalState {
  /** More hashes of rows at `last_value`, where they are too many for the state. */
  leat_border?: BorderMarker;
}

/** Which chunks of hashes lie beside the data, in `_leat_keyed_state`. */
export interface BorderMarker {
  /** Of the rows at this value: once the cursor has moved without leat, they say nothing. */
  last_value: unknown;
  rows: number;
  /** Digests of what they hold. */
  chunks: string[];
}

/** With a cursor for each partition. */
export interface PartitionedState extends CursorSlot {
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
export function newSlot({ initial }: CursorRule): CursorSlot {
  return { initial_value: initial, last_value: initial, unique_hashes: [], start_value: initial };
}

/** What a slot says of the rows at its last value. What lies beside the data counts as long as it is of that value: dlt moves the cursor alone. */
export function storedHashes({ last_value, unique_hashes, leat_border: marker }: CursorSlot): StoredHashes {
  const isOfValue = isObject(marker) && isSameValue(marker.last_value ?? null, last_value ?? null);
  return { texts: unique_hashes ?? [], chunks: isOfValue ? chunksIn(marker) : [] };
}

/** `rows`: so many hashes there are. */
export function storeHashes(slot: CursorSlot, { texts, chunks }: StoredHashes, rows: number): void {
  slot.unique_hashes = [...texts];
  if (chunks.length === 0) delete slot.leat_border;
  else slot.leat_border = { last_value: slot.last_value, rows, chunks: [...chunks] };
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
