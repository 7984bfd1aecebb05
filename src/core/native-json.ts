/**
 * Containers of a value that `JSON.stringify` writes as `encodeJson` does, and several times faster: those without dates, tiny numbers, functions and
 * the like, the outermost of each branch. One walk answers for the whole value.
 */
export function nativeContainers(value: unknown): ReadonlySet<object> {
  const found = new Set<object>();
  if (typeof value === "object" && value !== null && isNativeContainer(value, [], found)) found.add(value);
  return found;
}

/** Adds the native members of a container that is not. */
function isNativeContainer(container: object, parents: object[], found: Set<object>): boolean {
  // A circle is found by the encoder, which can say where it is.
  if (parents.includes(container)) return false;
  parents.push(container);
  const below: object[] = [];
  const isNative = Array.isArray(container)
    ? isNativeArray(container, parents, found, below)
    : isNativeLiteral(container, parents, found, below);
  parents.pop();
  if (!isNative) for (const member of below) found.add(member);
  return isNative;
}

// Both look at every member, also behind one that is not native: the others may be large.

function isNativeArray(values: readonly unknown[], parents: object[], found: Set<object>, below: object[]): boolean {
  let isNative = Object.getPrototypeOf(values) === Array.prototype;
  for (const value of values) if (!isNativeMember(value, parents, found, below)) isNative = false;
  return isNative;
}

function isNativeLiteral(literal: object, parents: object[], found: Set<object>, below: object[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(literal);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const members = literal as Readonly<Record<string, unknown>>;
  let isNative = true;
  for (const key in members) if (!isNativeMember(members[key], parents, found, below)) isNative = false;
  return isNative;
}

function isNativeMember(value: unknown, parents: object[], found: Set<object>, below: object[]): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return true;
    case "number":
      return value >= 1e-5 || value <= -1e-5 || value === 0 || Number.isNaN(value);
    case "object":
      if (value === null) return true;
      if (!isNativeContainer(value, parents, found)) return false;
      below.push(value);
      return true;
    default:
      return false;
  }
}
