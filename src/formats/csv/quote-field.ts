/** A text as a field. */
export type Quote = (text: string) => string;

/** Only what needs quotes gets them: an empty field without quotes is no value. */
export function minimalQuotes(delimiter: string): Quote {
  const delimiterCode = delimiter.charCodeAt(0);
  const special = new RegExp(`["\\n\\r${delimiter === "]" || delimiter === "^" || delimiter === "-" ? `\\${delimiter}` : delimiter}]`);
  return (text) => (needsQuotes(text, delimiterCode, special) ? quoted(text) : text);
}

export function quoted(text: string): string {
  return `"${text.includes('"') ? text.replaceAll('"', '""') : text}"`;
}

/** COPY of Postgres takes a line with these two characters for the end of the data. */
const endOfData = "\\.";

function needsQuotes(text: string, delimiterCode: number, special: RegExp): boolean {
  if (text.length > maxLoopLength) return special.test(text);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22 || code === delimiterCode || code === 0x0a || code === 0x0d) return true;
  }
  return text === "" || text === endOfData;
}

// Up to here a loop is faster than the regular expression.
const maxLoopLength = 32;
