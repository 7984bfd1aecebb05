import { isUtf8 } from "node:buffer";
import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { parseJson } from "../core/json-parse.ts";
import type { JsonValue } from "../schema/json-value.ts";

/** A line that is not what the format says. */
export class LineInvalidError extends Error {
  /** Counted from 1. */
  readonly line: number;

  constructor(path: string, line: number, problem: string, cause?: unknown) {
    super(`Line ${line} of \`${path}\` ${problem}.`, { cause });
    this.line = line;
  }
}

/** The rows of a raw file, an array per line. Values that JSON knows no type for are still marked strings. Compressed files are told by their content. */
export async function* readTypedJsonl(path: string): AsyncGenerator<readonly JsonValue[], void> {
  let line = 0;
  for await (const bytes of readLines(path)) {
    line += 1;
    if (bytes.length > 0) yield rowsOfLine(bytes, path, line);
  }
}

/** The rows of a line. Throws LineInvalidError. */
export function rowsOfLine(bytes: Buffer, path: string, line: number): readonly JsonValue[] {
  if (!isUtf8(bytes)) throw new LineInvalidError(path, line, "is not UTF-8");
  let rows: unknown;
  try {
    rows = parseJson(bytes.toString());
  } catch (cause) {
    throw new LineInvalidError(path, line, "is not valid JSON", cause);
  }
  if (!Array.isArray(rows)) throw new LineInvalidError(path, line, "is not a list of rows");
  return rows as JsonValue[];
}

const chunkBytes = 1024 * 1024;
const newline = 10;

async function* readLines(path: string): AsyncGenerator<Buffer, void> {
  const { bytes, isPacked, isWhole } = await readFirst(path);
  if (isWhole && !isPacked) return yield* linesOf([bytes]);
  // Not before something listens to its errors.
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  // The callback is empty because the loop below throws the error of either stream.
  yield* linesOf(isPacked ? pipeline(file, createGunzip({ chunkSize: chunkBytes }), () => {}) : file);
}

async function* linesOf(chunks: AsyncIterable<Buffer> | readonly Buffer[]): AsyncGenerator<Buffer, void> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      const last = chunk.subarray(from, end);
      yield rest.length === 0 ? last : Buffer.concat([...rest, last]);
      rest = [];
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

export function isCompressed(path: string): boolean {
  return isGzip(readBegin(path, 2));
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** To open a file as a stream takes longer than to read one of few rows; so does another thread. */
const firstBytes = 64 * 1024;

async function readFirst(path: string): Promise<{ readonly bytes: Buffer; readonly isPacked: boolean; readonly isWhole: boolean }> {
  const begin = readBegin(path, firstBytes + 1);
  // Others get their turn between two small files.
  await setImmediate();
  return { bytes: begin, isPacked: isGzip(begin), isWhole: begin.length <= firstBytes };
}

function readBegin(path: string, maxBytes: number): Buffer {
  const fd = openSync(path, "r");
  try {
    // One more than there is: the read that follows finds the end.
    const buffer = Buffer.allocUnsafe(Math.min(maxBytes, fstatSync(fd).size + 1));
    let filled = 0;
    for (let read = -1; read !== 0 && filled < buffer.length; filled += read)
      read = readSync(fd, buffer, filled, buffer.length - filled, filled);
    return buffer.subarray(0, filled);
  } finally {
    closeSync(fd);
  }
}
