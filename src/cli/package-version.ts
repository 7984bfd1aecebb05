import { createRequire } from "node:module";

/** The version of leat. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("leat/package.json") as { readonly version: string };
  return version;
}
