import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { parseJson } from "../core/json-parse.ts";
import { LineInvalidError } from "./typed-jsonl.ts";

/** A row as it stands in the file: values that JSON knows no type for are marked strings. */
export type TextRow = { readonly [column: string]: unknown };

/**
 * The rows of a job file in batches of about a megabyte, which are parsed at once: a file with a line per row is read as fast as one with long lines.
 * A line is a list of rows, as in `typed-jsonl`, or a row, as in `jsonl`. Throws LineInvalidError.
 */
export async function* readRowBatches(path: string): AsyncGenerator<readonly TextRow[], void> {
  let line = 0;
  for await (const text of wholeLines(path)) {
    const lines = text.split("\n").filter((each) => each !== "");
    if (lines.length > 0) yield parseLines(lines, { path, line });
    line += lines.length;
  }
}

const chunkBytes = 1024 * 1024;
const newline = 10;

/** Text that ends where a line ends. */
async function* wholeLines(path: string): AsyncGenerator<string, void> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const chunks: AsyncIterable<Buffer> = path.endsWith(".gz") ? gunzipped(file) : file;
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline);
    if (end < 0) {
      rest.push(chunk);
      continue;
    }
    yield Buffer.concat([...rest, chunk.subarray(0, end)]).toString();
    rest = [chunk.subarray(end + 1)];
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString();
}

/** The error of either stream is thrown by the loop that reads. */
function gunzipped(file: ReturnType<typeof createReadStream>): AsyncIterable<Buffer> {
  const plain = createGunzip({ chunkSize: chunkBytes });
  file.on("error", (error) => plain.destroy(error));
  return file.pipe(plain);
}

function parseLines(lines: readonly string[], { path, line }: { readonly path: string; readonly line: number }): TextRow[] {
  let parsed: readonly unknown[];
  try {
    parsed = parseJson(`[${lines.join(",")}]`) as readonly unknown[];
  } catch (error) {
    const bad = lines.findIndex((text) => !isJson(text));
    throw new LineInvalidError(path, line + bad + 1, "is not valid JSON", error);
  }
  return parsed.flatMap((rows, index) => {
    if (typeof rows !== "object" || rows === null) throw new LineInvalidError(path, line + index + 1, "is no row");
    return rows as TextRow | readonly TextRow[];
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
