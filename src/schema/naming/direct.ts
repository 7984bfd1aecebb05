import type { NamingRules } from "./naming-rules.ts";

/** Names stay as they are, also with underscores, apart from quotes and line ends. */
export const direct: NamingRules = {
  isCaseSensitive: true,
  pathSeparator: "▶",
  maxLength: undefined,
  rewrite: (name) => name.replace(/[\n\r'"▶]/g, "_"),
};
