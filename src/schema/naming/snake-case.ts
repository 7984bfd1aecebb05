import type { NamingRules } from "./naming-rules.ts";

/** Lower case ASCII letters, digits and single underscores: `UserIDNumber` is `user_id_number`. */
export const snakeCase: NamingRules = {
  isCaseSensitive: false,
  pathSeparator: "__",
  maxLength: undefined,
  rewrite(name) {
    const words = name
      .replace(/[+\-*@|]/g, (sign) => spelledSigns[sign] ?? "_")
      .replace(/[^a-zA-Z\p{Nd}_]+/gu, "_")
      .replace(/([^_])([A-Z][a-z]+)/gu, "$1_$2")
      .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
      .toLowerCase();
    return words
      .replace(/^(?=\p{Nd})/u, "_")
      .replace(/(?<!_)_+$/, (tail) => "x".repeat(tail.length))
      .replace(/__+/g, "_");
  },
};

const spelledSigns: Readonly<Record<string, string>> = { "+": "x", "-": "_", "*": "x", "@": "a", "|": "l" };
