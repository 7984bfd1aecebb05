/**
 * Containers of a value that `JSON.stringify` writes as `encodeJson` does, and several times faster: those without dates, tiny numbers, functions and
 * the like, the outermost of each branch. One walk answers for the whole value.
 */
export function nativeContainers(value: unknown): ReadonlySet<object> {
  const walk: Walk = { parents: [], below: [], found: new Set() };
  if (typeof value === "object" && value !== null && isNativeContainer(value, walk)) walk.found.add(value);
  return walk.found;
}

/** The way from the root: containers, and for each its members so far that are native containers. */
interface Walk {
  readonly parents: object[];
  readonly below: object[][];
  readonly found: Set<object>;
}

/** Adds the native members of a container that is not. */
function isNativeContainer(container: object, walk: Walk): boolean {
  const { parents, found } = walk;
  // A circle is found by the encoder, which can say where it is.
  if (parents.includes(container)) return false;
  // Lists are used again for the next container at this depth.
  walk.below[parents.length] ??= [];
  const below = walk.below[parents.length]!;
  below.length = 0;
  parents.push(container);
  const isNative = Array.isArray(container) ? isNativeArray(container, below, walk) : isNativeLiteral(container, below, walk);
  parents.pop();
  if (!isNative) for (const member of below) found.add(member);
  return isNative;
}

// Both look at every member, also behind one that is not native: the others may be large.

function isNativeArray(values: readonly unknown[], below: object[], walk: Walk): boolean {
  let isNative = Object.getPrototypeOf(values) === Array.prototype;
  for (const value of values) if (!isNativeMember(value, below, walk)) isNative = false;
  return isNative;
}

function isNativeLiteral(literal: object, below: object[], walk: Walk): boolean {
  const prototype: unknown = Object.getPrototypeOf(literal);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const members = literal as Readonly<Record<string, unknown>>;
  let isNative = true;
  for (const key in members) if (!isNativeMember(members[key], below, walk)) isNative = false;
  return isNative;
}

function isNativeMember(value: unknown, below: object[], walk: Walk): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return true;
    case "number":
      return value >= 1e-5 || value <= -1e-5 || value === 0 || Number.isNaN(value);
    case "object":
      if (value === null) return true;
      if (!isNativeContainer(value, walk)) return false;
      below.push(value);
      return true;
    default:
      return false;
  }
}
