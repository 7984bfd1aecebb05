import { InternalError } from "../errors.ts";
import { isInexactDecimal } from "../exact-float.ts";
import { compile, instantiate } from "../web-assembly.ts";
import { joinedLinesBytes } from "./joined-lines-bytes.ts";

/** See `assembly/index.ts`. Numbers are addresses. */
interface Calls {
  readonly memory: { readonly buffer: ArrayBuffer };
  bufferOf(bytes: number): number;
  take(begin: number, end: number, enough: number): number;
  readonly status: { readonly value: number };
  readonly rowCount: { readonly value: number };
  readonly rowsEnd: { readonly value: number };
}

interface TakeLines {
  /** Gets rows as a list has them, without its brackets: about `enough` bytes, which last until it returns. */
  readonly onRows: (rows: Uint8Array, count: number) => void;
  /** Gets a line that is JSON, and has numbers with more digits than a double has. */
  readonly onInexact: (line: Uint8Array) => void;
}

/** So much is copied at once. */
const pieceBytes = 2 * 1024 * 1024;
const newline = 10;
const statusInexact = 1;
const statusOther = 2;

/**
 * Goes over JSON lines, each an object, several times faster than code that makes texts of them. Ends at the first line that is something else, and gives the
 * place of its begin; the length of `bytes` when there is none. The bytes have to be UTF-8.
 */
export function takeJsonLines(bytes: Uint8Array, enough: number, { onRows, onInexact }: TakeLines): number {
  for (let from = 0; from < bytes.length; ) {
    const to = bytes.length - from <= pieceBytes ? bytes.length : bytes.lastIndexOf(newline, from + pieceBytes - 1) + 1;
    // A line is longer than a piece.
    if (to <= from) return from;
    const calls = loaded();
    if (calls === undefined) return 0;
    const begin = calls.bufferOf(to - from) >>> 0;
    const end = begin + to - from;
    const memory = Buffer.from(calls.memory.buffer);
    memory.set(bytes.subarray(from, to), begin);
    for (let at = begin; at < end; ) {
      const next = calls.take(at, end, enough) >>> 0;
      if (calls.rowCount.value > 0) onRows(memory.subarray(at, calls.rowsEnd.value >>> 0), calls.rowCount.value);
      at = next;
      if (calls.status.value === statusOther) return from + at - begin;
      if (calls.status.value !== statusInexact) continue;
      const lineEnd = memory.indexOf(newline, at);
      onInexact(memory.subarray(at, lineEnd));
      at = lineEnd + 1;
    }
    from = to;
  }
  return bytes.length;
}

let calls: Calls | undefined;
let isTried = false;

/** Undefined where WebAssembly cannot run. */
function loaded(): Calls | undefined {
  if (isTried) return calls;
  isTried = true;
  const module = compile(joinedLinesBytes);
  if (module !== undefined) calls = instantiate(module, { host: { isInexact, outOfMemory } }) as Calls;
  return calls;
}

function isInexact(from: number, to: number): number {
  return isInexactDecimal(Buffer.from(calls!.memory.buffer).toString("latin1", from >>> 0, to >>> 0)) ? 1 : 0;
}

function outOfMemory(): never {
  throw new InternalError("There is no memory to look at JSON lines.");
}
