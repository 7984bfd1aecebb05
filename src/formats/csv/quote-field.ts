/** A text as a field. Only what needs quotes gets them: an empty field without quotes is no value. */
export function quoteField(text: string): string {
  return needsQuotes(text) ? `"${text.includes('"') ? text.replaceAll('"', '""') : text}"` : text;
}

/** COPY of Postgres takes a line with these two characters for the end of the data. */
const endOfData = "\\.";

function needsQuotes(text: string): boolean {
  if (text.length > maxLoopLength) return special.test(text);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22 || code === 0x2c || code === 0x0a || code === 0x0d) return true;
  }
  return text === "" || text === endOfData;
}

const special = /[",\n\r]/;

// Up to here a loop is faster than the regular expression.
const maxLoopLength = 32;
