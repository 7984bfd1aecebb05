import { createRequire } from "node:module";
import { DriverFailure } from "../core/driver-failure.ts";
import type { DuckDbApi } from "./duckdb-values.ts";

let loaded: Promise<DuckDbApi> | undefined;

/** The package `@duckdb/node-api`, which the first call loads. Throws DriverFailure. */
export function duckDbApi(): Promise<DuckDbApi> {
  loaded ??= load().catch((cause: unknown) => {
    loaded = undefined;
    throw new DriverFailure("missing-driver", "The package `@duckdb/node-api` cannot be loaded.", { cause, subject: "@duckdb/node-api" });
  });
  return loaded;
}

async function load(): Promise<DuckDbApi> {
  return loadedByProgram() ?? (await ownApi());
}

/** The copy that the program has: two copies do not see each other's databases, and a file is open in one of them only. */
function loadedByProgram(): DuckDbApi | undefined {
  const { cache, resolve } = createRequire(import.meta.url);
  try {
    const api = cache[resolve("@duckdb/node-api")]?.exports as DuckDbApi | undefined;
    const accessors = api && cache[resolve("@duckdb/node-api/lib/vectors/dataAccessors.js")]?.exports;
    if (accessors !== undefined) keepFirstCharacter(accessors);
    return api;
  } catch {
    // It is not installed where leat is, or its parts are elsewhere.
    return undefined;
  }
}

/** In the built package this is one file (see `scripts/build.mjs`); the package itself is 180, and to open them takes longer than all else that a small run does. */
async function ownApi(): Promise<DuckDbApi> {
  const [api, accessors] = await Promise.all([import("@duckdb/node-api"), import("./duckdb-accessors.ts")]);
  keepFirstCharacter(accessors.default);
  return api;
}

/** Of a text that begins with U+FEFF the package drops that character: its decoder takes it for a mark of the encoding. */
function keepFirstCharacter(accessors: unknown): void {
  const { textDecoder } = accessors as { textDecoder?: { readonly ignoreBOM: boolean } };
  if (textDecoder?.ignoreBOM === false) Object.assign(accessors as object, { textDecoder: new TextDecoder("utf-8", { ignoreBOM: true }) });
}
