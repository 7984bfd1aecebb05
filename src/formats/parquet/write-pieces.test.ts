import { closeSync, openSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { newFilePath } from "./__fixtures__/write-file.ts";
import { piecesAfter, writePieces } from "./write-pieces.ts";

describe("writePieces", () => {
  it("writes more pieces than one call takes, empty ones too", () => {
    const pieces = Array.from({ length: 5000 }, (_, index) => Buffer.alloc(index % 3, index));
    const path = newFilePath();
    const fd = openSync(path, "w");
    writePieces(fd, pieces);
    closeSync(fd);
    expect(readFileSync(path)).toEqual(Buffer.concat(pieces));
  });
});

describe("piecesAfter", () => {
  const pieces = [Buffer.from("ab"), Buffer.from("cde")];
  it.each([
    [0, "abcde"],
    [1, "bcde"],
    [2, "cde"],
    [4, "e"],
    [5, ""],
  ])("goes on behind %i written bytes", (written, rest) => {
    expect(Buffer.concat(piecesAfter(pieces, written)).toString()).toBe(rest);
  });
});
