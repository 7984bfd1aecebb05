import { Float } from "../core/float.ts";
import { cloneState, copyOrShare, isContainer, setMember } from "./clone.ts";

/** A state document for users to change, apart from the one it was made of. */
export class WorkingCopy<State extends object> {
  /** Floats that are integral are numbers in it: users compute with them and compare them by `===`. */
  readonly state: State;
  readonly #base: State;
  #hasFloats = false;

  /** `isOwn`: nobody else has the base, or looks at it from now on, and it holds no `Float`. It is changed itself then, not copied. */
  constructor(base: State, { isOwn = false }: { readonly isOwn?: boolean } = {}) {
    this.#base = base;
    if (isOwn) {
      this.state = base;
      return;
    }
    this.state = cloneState(base, (value) => {
      if (!(value instanceof Float)) return copyOrShare(value);
      this.#hasFloats = true;
      return value.value;
    });
  }

  /** What users made of it, to be stored at once: it shares with the copy. Numbers that are still those of the base are floats again, else `1.0` would count as changed to `1`. */
  stored(): State {
    return this.#hasFloats ? (withFloats(this.state, this.#base) as State) : this.state;
  }
}

/** The value itself where it has none of the floats. */
function withFloats(value: unknown, before: unknown): unknown {
  if (before instanceof Float) return Object.is(value, before.value) ? before : value;
  if (!isBranch(value) || !isBranch(before)) return value;
  let copy: object | undefined;
  for (const [key, memberBefore] of Object.entries(before)) {
    if (!Object.hasOwn(value, key)) continue;
    const member = value[key];
    const next = withFloats(member, memberBefore);
    if (Object.is(next, member)) continue;
    copy ??= Array.isArray(value) ? [...(value as readonly unknown[])] : { ...value };
    setMember(copy, key, next);
  }
  return copy ?? value;
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && isContainer(value);
}
