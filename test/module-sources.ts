import { existsSync, readFileSync } from "node:fs";

/** The sources, as paths from `src/`, that a built file is made of. `url` is what Node loaded. */
export function moduleSources(url: string): string[] {
  const map = new URL(`${url}.map`);
  // A file that only passes on what others export has no map.
  if (!existsSync(map)) return [];
  const { sources } = JSON.parse(readFileSync(map, "utf8")) as { readonly sources: readonly string[] };
  return sources.map((path) => path.replace(/^.*?\/src\//, "").replace(/^(\.\.\/)+src\//, ""));
}
