import { closeSync, openSync, readSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { csvHeaderIn } from "../../../formats/csv/read-header.ts";

export interface CsvHeader {
  readonly names: readonly string[];
  readonly delimiter: string;
}

/** The first line of a file, if it names columns of the table; undefined when it does not, however its fields are told apart. */
export function csvHeader(path: string, isColumn: (name: string) => boolean): CsvHeader | undefined {
  const line = firstLine(path);
  if (line === undefined) return undefined;
  const others = new Set(line.replaceAll(/[\w"\\]|[^ -~]/g, ""));
  for (const delimiter of [...usual, ...others]) {
    const names = csvHeaderIn(`${line}\n`, { delimiter });
    if (names?.every(isColumn)) return { names, delimiter };
  }
  return undefined;
}

const usual = [",", ";", "\t", "|", ":"];

/** Without its end. Names of columns may have line ends, in quotes. Undefined where no line ends. */
function firstLine(path: string): string | undefined {
  for (let size = 64 * 1024; ; size *= 8) {
    const { text, isAll } = beginOf(path, size);
    const end = /^(?:[^"\n]|"[^"]*")*?(?=\r?\n)/.exec(text)?.[0];
    if (end !== undefined || isAll) return end;
  }
}

/** Unpacked, as far as so many bytes of the file go. */
function beginOf(path: string, size: number): { readonly text: string; readonly isAll: boolean } {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(size);
    const bytes = buffer.subarray(0, readSync(fd, buffer, 0, size, 0));
    const plain = isGzip(bytes) ? gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes;
    return { text: plain.toString("utf8"), isAll: bytes.length < size };
  } finally {
    closeSync(fd);
  }
}

/** Whatever the name of the file says. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
