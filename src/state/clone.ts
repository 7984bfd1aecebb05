import { HexBytes } from "../core/hex-bytes.ts";
import { Timestamp } from "../core/timestamp.ts";

/** A deep copy. Values that cannot be changed are shared; what state cannot hold is kept, so that `encodeState` can name it. */
export function cloneState<State>(state: State): State {
  return clone(state, new Map()) as State;
}

/** A copy of a value that can be changed in place without being a container; undefined for all others. */
export function copyScalar(value: object): object | undefined {
  if (value instanceof Timestamp) return new Timestamp(value.getTime(), value.microseconds, Timestamp.offsetMinutesOf(value));
  if (value instanceof Date) return new Date(value);
  if (value instanceof HexBytes) return new HexBytes(value);
  return value instanceof Uint8Array ? new Uint8Array(value) : undefined;
}

/** True for the containers of state: arrays and object literals. */
export function isContainer(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function clone(value: unknown, known: Map<object, object>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!isContainer(value)) return copyScalar(value) ?? value;
  return known.get(value) ?? cloneContainer(value, known);
}

function cloneContainer(value: object, known: Map<object, object>): object {
  const copy: object = Array.isArray(value) ? [] : {};
  known.set(value, copy);
  for (const [key, member] of Object.entries(value)) define(copy, key, clone(member, known));
  return copy;
}

/** Assignment would take a key named `__proto__` for the prototype. */
function define(object: object, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else (object as Record<string, unknown>)[key] = value;
}
