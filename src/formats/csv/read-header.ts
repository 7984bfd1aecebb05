import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { CsvReading } from "../job-format.ts";

/** The names of the columns of a CSV file, in their order; undefined when the file breaks off within its first line. */
export function readCsvHeader(path: string, reading: CsvReading = {}): readonly string[] | undefined {
  if (reading.columns !== undefined) return reading.columns;
  const encoding = reading.encoding === "latin-1" ? "latin1" : "utf8";
  if (path.endsWith(".gz")) return csvHeaderIn(gunzipSync(readFileSync(path)).toString(encoding), reading);
  const fd = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = Buffer.alloc(pieceSize);
      const size = readSync(fd, chunk, 0, pieceSize, null);
      if (size === 0) return undefined;
      chunks.push(chunk.subarray(0, size));
      const names = csvHeaderIn(Buffer.concat(chunks).toString(encoding), reading);
      if (names !== undefined) return names;
    }
  } finally {
    closeSync(fd);
  }
}

const pieceSize = 64 * 1024;

/** The fields of the first line, once all of it is there. */
export function csvHeaderIn(text: string, { delimiter = ",", line_terminator }: CsvReading): readonly string[] | undefined {
  const lineEnd = line_terminator ?? "\n";
  const fields: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = fieldEnd(text, at, delimiter, lineEnd);
    fields.push(unquoted(text.slice(at, end)));
    if (end === text.length) return undefined;
    if (text.startsWith(lineEnd, end)) return fields;
    at = end + 1;
  }
  return undefined;
}

/** Index of the delimiter or line end behind the field that begins at `at`. */
function fieldEnd(text: string, at: number, delimiter: string, lineEnd: string): number {
  let isQuoted = false;
  for (let index = at; index < text.length; index++) {
    const character = text[index];
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === delimiter || text.startsWith(lineEnd, index))) return index;
  }
  return text.length;
}

function unquoted(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}
