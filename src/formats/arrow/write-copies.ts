import { isUtf8 } from "node:buffer";
import type { CellBuffer, JobColumn, ValueCopies } from "../job-format.ts";
import { type ArrowChunk, presenceOf } from "./arrow-chunk.ts";
import type { ArrowType } from "./arrow-type.ts";
import { bytesOf } from "./cell-reader.ts";
import { chunkOffset } from "./dictionary.ts";

interface CopyTarget {
  readonly field: { readonly type: ArrowType };
  readonly column: JobColumn;
  readonly buffer: CellBuffer;
  readonly isRequired: boolean;
}

/** Rows of a chunk, and the way from an index of it to a row of the buffer. */
interface CopiedRange {
  readonly first: number;
  readonly last: number;
  readonly shift: number;
}

/** Moves values of a chunk that the buffer keeps as Arrow does, without a look at each. False, and nothing is done, where it is not as simple as that. */
export function writeCopies(chunk: ArrowChunk, { field: { type }, column, buffer, isRequired }: CopyTarget, range: CopiedRange): boolean {
  const { copies } = buffer;
  if (copies === undefined) return false;
  const isPresent = presenceOf(type, chunk);
  if (isRequired && isPresent !== undefined) return false;
  switch (type.kind) {
    case "text":
    case "large-text":
      return column.data_type === "text" && writeTexts(chunk, copies, range, isPresent);
    case "integer":
      if (type.bits !== 64 || !type.isSigned || column.data_type !== "bigint" || (column.precision ?? 64) < 64) return false;
      return isPresent === undefined && writeWords(chunk, copies, range);
    case "float":
      return type.bits === 64 && column.data_type === "double" && isPresent === undefined && writeWords(chunk, copies, range);
    default:
      return false;
  }
}

function writeWords(chunk: ArrowChunk, copies: ValueCopies, { first, last, shift }: CopiedRange): boolean {
  if (copies.setWords === undefined) return false;
  copies.setWords(shift + first, bytesOf(chunk), 8 * first, last - first);
  return true;
}

function writeTexts(
  chunk: ArrowChunk,
  copies: ValueCopies,
  { first, last, shift }: CopiedRange,
  isPresent: ((index: number) => boolean) | undefined,
): boolean {
  const bytes = bytesOf(chunk);
  if (copies.setUtf8 === undefined || !areUtf8(chunk, bytes, first, last)) return false;
  let to = chunkOffset(chunk, first);
  for (let index = first; index < last; index++) {
    const from = to;
    to = chunkOffset(chunk, index + 1);
    if (isPresent === undefined || isPresent(index)) copies.setUtf8(shift + index, bytes, from, to);
  }
  return true;
}

/** True when each text is UTF-8: all of them together are, and none begins within a character. */
function areUtf8(chunk: ArrowChunk, bytes: Uint8Array, first: number, last: number): boolean {
  const end = chunkOffset(chunk, last);
  let before = chunkOffset(chunk, first);
  if (before > end || !isUtf8(bytes.subarray(before, end))) return false;
  for (let index = first + 1; index <= last; index++) {
    const offset = chunkOffset(chunk, index);
    if (offset < before || (offset < end && (bytes[offset]! & 0xc0) === 0x80)) return false;
    before = offset;
  }
  return true;
}
