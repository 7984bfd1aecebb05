// What Python's str.strip takes away. JavaScript's trim leaves U+001C to U+001F and U+0085, and takes U+FEFF.
const space = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const outerSpace: RegExp = new RegExp(`^${space}+|${space}+$`, "g");

/** The text without white space around it, as Python understands white space. */
export function stripSpace(text: string): string {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  if (first > 0x20 && first < 0x80 && last > 0x20 && last < 0x80) return text;
  return text.replace(outerSpace, "");
}

export function isBlank(text: string): boolean {
  return stripSpace(text) === "";
}
