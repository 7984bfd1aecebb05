import { Float } from "../core/float.ts";
import { cloneState, isContainer } from "./clone.ts";

/** A copy for users to change. Floats that are integral are numbers in it: users compute with them and compare them by `===`. */
export function workingCopy<State extends object>(state: State): State {
  const copy = cloneState(state);
  replaceMembers(copy, (value) => (value instanceof Float ? value.value : value));
  return copy;
}

/** A copy of what users made of a working copy. Numbers that are still those of `base` are floats again, else `1.0` would count as changed to `1`. */
export function storedCopy<State extends object>(working: State, base: object): State {
  const copy = cloneState(working);
  restoreFloats(copy, base);
  return copy;
}

type Container = Record<string, unknown>;

function replaceMembers(container: object, change: (value: unknown) => unknown): void {
  for (const [key, value] of Object.entries(container)) {
    const next = change(value);
    if (next !== value) (container as Container)[key] = next;
    else if (isBranch(value)) replaceMembers(value, change);
  }
}

function restoreFloats(container: object, base: object): void {
  for (const [key, before] of Object.entries(base)) {
    const value = Object.hasOwn(container, key) ? (container as Container)[key] : undefined;
    if (before instanceof Float && Object.is(value, before.value)) (container as Container)[key] = before;
    else if (isBranch(value) && isBranch(before)) restoreFloats(value, before);
  }
}

function isBranch(value: unknown): value is object {
  return typeof value === "object" && value !== null && isContainer(value);
}
