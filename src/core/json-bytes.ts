/**
 * The JSON text in bytes of UTF-8. It holds the same document; marks of typed values that are its only characters beyond ASCII come as escapes, since a
 * text of one byte per character is read and parsed several times faster.
 */
export function jsonTextOf(bytes: Buffer): string {
  const text = bytes.toString("latin1").replace(markBytes, (mark) => `\\uf0${(mark.charCodeAt(2) - 0x80).toString(16)}`);
  return beyondAscii.test(text) ? bytes.toString("utf8") : text;
}

/** U+F026 to U+F02D in UTF-8. */
const markBytes = /\xef\x80[\xa6-\xad]/g;
const beyondAscii = /[\x80-\xff]/;
