/** Without the character NUL, which databases that read CSV do not take. dlt leaves it out, too. */
export function storableText(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "") : text;
}

/** JSON text whose strings have no NUL; half of a surrogate pair becomes U+FFFD, as it does in text. Both are escaped in JSON, and Postgres looks at what they mean. */
export function storableJson(json: string): string {
  return json.includes("\\u") ? json.replace(escapes, storableEscape) : json;
}

/** A whole surrogate pair, one character by its number, any other escape: in this order, so that `\\u0000`, a backslash and a word, stays. */
const escapes = /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u([\da-fA-F]{4})|\\[^u]/g;

function storableEscape(sequence: string, code: string | undefined): string {
  if (code === undefined) return sequence;
  if (code === "0000") return "";
  return /^d[89a-f]/i.test(code) ? "\\ufffd" : sequence;
}
