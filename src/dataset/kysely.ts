import { createRequire } from "node:module";

type Kysely = typeof import("kysely");

let loaded: Kysely | undefined;

/** Loaded with the first query: an import would cost every start 60 ms. By `require`, because `toSql()` cannot wait. */
export function kysely(): Kysely {
  loaded ??= createRequire(import.meta.url)("kysely") as Kysely;
  return loaded;
}
