/** JSON text in which half of a surrogate pair is U+FFFD, as it becomes in texts: databases refuse an escape of it. Whole pairs have none. */
export function wellFormedJson(json: string): string {
  return json.includes("\\ud")
    ? json.replace(escapes, (sequence, half: string | undefined) => (half === undefined ? sequence : "\ufffd"))
    : json;
}

/** Every escape, so that `\\ud800`, a backslash and a word, stays. */
const escapes = /\\(?:(ud[89a-f][\da-f]{2})|.)/g;
