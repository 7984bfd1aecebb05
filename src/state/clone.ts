import { HexBytes } from "../core/hex-bytes.ts";
import { Timestamp } from "../core/timestamp.ts";

/** A deep copy of a document, which has no circles. Values that cannot be changed are shared; those that can are copied, or what `change` makes of them. */
export function cloneState<State>(state: State, change: (value: object) => unknown = copyOrShare): State {
  return clone(state, change) as State;
}

/** A copy of a value that can be changed in place without being a container; undefined for all others. */
export function copyScalar(value: object): object | undefined {
  if (value instanceof Timestamp) return new Timestamp(value.getTime(), value.microseconds, Timestamp.offsetMinutesOf(value));
  if (value instanceof Date) return new Date(value);
  if (value instanceof HexBytes) return new HexBytes(value);
  return value instanceof Uint8Array ? new Uint8Array(value) : undefined;
}

/** What a clone holds in place of a value that is no container. */
export function copyOrShare(value: object): object {
  return copyScalar(value) ?? value;
}

/** True for the containers of state: arrays and object literals. */
export function isContainer(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Sets a member. Assignment would take a key named `__proto__` for the prototype. */
export function setMember(object: object, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else (object as Record<string, unknown>)[key] = value;
}

function clone(value: unknown, change: (value: object) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => clone(member, change));
  return isContainer(value) ? cloneObject(value as Readonly<Record<string, unknown>>, change) : change(value);
}

function cloneObject(value: Readonly<Record<string, unknown>>, change: (value: object) => unknown): object {
  const copy = {};
  // Not Object.entries: states have many small objects.
  for (const key in value) if (Object.hasOwn(value, key)) setMember(copy, key, clone(value[key], change));
  return copy;
}
