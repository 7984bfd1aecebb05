import { createRequire } from "node:module";

/**
 * The native part of `@duckdb/node-api`, for the copy of that package in the build. `@duckdb/node-bindings` finds it as well, but asks Node for a report to tell
 * one C library from another, which takes longer than to load it: a package for the other one is not even installed.
 */
const bindings: unknown = load(createRequire(requireOf("@duckdb/node-api").resolve("@duckdb/node-bindings")));
export default bindings;

function requireOf(name: string): NodeJS.Require {
  return createRequire(createRequire(import.meta.url).resolve(name));
}

function load(require: NodeJS.Require): unknown {
  const path = process.platform === "linux" ? onlyLinuxBinary(require) : undefined;
  return require(path ?? "@duckdb/node-bindings");
}

/** Undefined where there are several, or none. */
function onlyLinuxBinary(require: NodeJS.Require): string | undefined {
  const found = ["", "-musl"].flatMap((library) => {
    try {
      return [require.resolve(`@duckdb/node-bindings-linux-${process.arch}${library}/duckdb.node`)];
    } catch {
      return [];
    }
  });
  return found.length === 1 ? found[0] : undefined;
}
