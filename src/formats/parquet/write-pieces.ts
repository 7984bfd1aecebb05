import { writevSync } from "node:fs";

/** Writes all pieces at the end of a file, in few calls; a short write is continued. */
export function writePieces(fd: number, pieces: readonly Uint8Array[]): void {
  let rest = pieces.filter((piece) => piece.length > 0);
  while (rest.length > 0) rest = piecesAfter(rest, writevSync(fd, rest));
}

/** What is left of the pieces behind their first `written` bytes. */
export function piecesAfter(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  let skipped = written;
  for (const [index, piece] of pieces.entries()) {
    if (skipped < piece.length) return [piece.subarray(skipped), ...pieces.slice(index + 1)];
    skipped -= piece.length;
  }
  return [];
}
