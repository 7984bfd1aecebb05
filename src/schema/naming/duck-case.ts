import type { NamingRules } from "./naming-rules.ts";

/** Case and nearly every character stay as they are, as DuckDB allows. */
export const duckCase: NamingRules = {
  isCaseSensitive: true,
  pathSeparator: "__",
  maxLength: undefined,
  rewrite: (name) => name.replace(/[\n\r"]/g, "_").replace(/__+/g, "_"),
};
