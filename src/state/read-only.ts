import { copyScalar, isContainer } from "./clone.ts";
import { StateAccessError } from "./errors.ts";

/**
 * A view of a value in which every write, at any depth, throws StateAccessError; what is written to the value itself shows in the view.
 * Dates and bytes are handed out as copies. `describe` makes the message from the path of the write.
 */
export function readOnly<T>(value: T, describe: (path: string) => string): T {
  return viewOf(value, "", { describe, views: new WeakMap() }) as T;
}

interface Run {
  readonly describe: (path: string) => string;
  readonly views: WeakMap<object, object>;
}

function viewOf(value: unknown, path: string, run: Run): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!isContainer(value)) return copyScalar(value) ?? value;
  const known = run.views.get(value);
  if (known !== undefined) return known;
  const view = new Proxy(thawed(value), handler(path, run));
  run.views.set(value, view);
  return view;
}

/** A proxy may not show another value than a frozen object has, so that of a frozen object stands before a copy; it cannot change any more. */
function thawed(value: object): object {
  if (!Object.isFrozen(value)) return value;
  return Array.isArray(value) ? [...value] : { ...value };
}

function handler(path: string, run: Run): ProxyHandler<object> {
  const pathOf = (key: string | symbol): string => (path === "" ? String(key) : `${path}.${String(key)}`);
  const refuse = (_: object, key: string | symbol): never => {
    throw new StateAccessError(run.describe(pathOf(key)), { path: pathOf(key) });
  };
  const refuseWhole = (): never => {
    throw new StateAccessError(run.describe(path || "$"), { path: path || "$" });
  };
  return {
    get: (target, key) => viewOf(Reflect.get(target, key), pathOf(key), run),
    getOwnPropertyDescriptor: (target, key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
      return descriptor && "value" in descriptor ? { ...descriptor, value: viewOf(descriptor.value, pathOf(key), run) } : descriptor;
    },
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuseWhole,
    preventExtensions: refuseWhole,
  };
}
