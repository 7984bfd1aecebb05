import type { NamingRules } from "./naming-rules.ts";

/** ASCII letters of either case, digits and single underscores. */
export const sqlCsV1: NamingRules = {
  isCaseSensitive: true,
  pathSeparator: "__",
  maxLength: undefined,
  rewrite(name) {
    const plain = name.replace(/[^a-zA-Z\p{Nd}_]+/gu, "_").replace(/^(?=\p{Nd})/u, "_");
    const stripped = plain === "_" ? plain : plain.replace(/(?<!_)_+$/, "");
    return stripped.replace(/__+/g, "_");
  },
};
