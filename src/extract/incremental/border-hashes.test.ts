import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BorderChunks, maxChunkHashes } from "./border-chunks.ts";
import { BorderHashes } from "./border-hashes.ts";
import { isPackable, PackedHashes, textsIn } from "./packed-hashes.ts";
import { uniqueHash } from "./unique-hash.ts";

const hash = (of: number | string): string => uniqueHash(String(of), false);

test("packed hashes are a set that keeps the order, and knows what was there first", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 5000 }), fc.nat(5000), (numbers, among) => {
      const packed = new PackedHashes();
      const added = numbers.filter((each) => packed.add(hash(each)));
      expect(added).toEqual([...new Set(numbers)]);
      expect(textsIn(packed.slice(0, packed.size))).toEqual(added.map(hash));
      for (const each of [...numbers.slice(0, 20), 4000, 4001])
        expect(packed.has(hash(each), among)).toBe(added.slice(0, among).includes(each));
    }),
    { numRuns: 30 },
  );
});

test("only hashes of today are packed", () => {
  expect([hash(1), "", "short", `${hash(1)}AAAAAAAA`, "not base 64!"].map(isPackable)).toEqual([true, false, false, false, false]);
});

/** Runs one after another: each adds rows, and the next one begins with what it stored. */
function runs(limit: number, sizes: readonly number[]) {
  const files = new Map<string, Buffer>();
  let stored: { readonly texts: readonly string[]; readonly chunks: readonly string[] } = { texts: [], chunks: [] };
  let written = 0;
  let next = 0;
  for (const size of sizes) {
    const chunks = new BorderChunks(limit, files, { write: (id, bytes) => void files.set(id, bytes) });
    const hashes = new BorderHashes(stored, chunks);
    const known = hashes.known();
    expect(known.size).toBe(next);
    for (let each = 0; each < size; each += 1) hashes.add(hash(next + each));
    expect([next - 1, next].map((each) => known.has(hash(each)))).toEqual([next > 0, false]);
    next += size;
    stored = hashes.stored();
    for (const bytes of chunks.takeMade("shop", stored.chunks).values()) written += bytes.length / 9;
  }
  return { stored, files, written, rows: next };
}

describe("hashes of many runs", () => {
  test("are all there, in few chunks, whatever each of them adds", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.array(fc.nat(60), { maxLength: 40 }), (limit, sizes) => {
        const { stored, files, rows } = runs(limit, sizes);
        const texts = [...stored.chunks.flatMap((id) => textsIn(files.get(id)!)), ...stored.texts];
        expect(texts).toEqual(Array.from({ length: rows }, (_, each) => hash(each)));
        expect(stored.texts.length).toBe(rows <= limit ? rows : 0);
        expect(stored.chunks.length).toBeLessThanOrEqual(Math.log2(rows + 1) + 1);
      }),
      { numRuns: 50 },
    );
  });

  test("are written about as often as they can be doubled", () => {
    const { written, rows } = runs(10, new Array<number>(500).fill(1));
    expect(written).toBeLessThan(rows * 12);
  });

  test("of a very large one are cut", () => {
    const { stored, files } = runs(10, [maxChunkHashes * 2 + 5, 1]);
    expect(stored.chunks.map((id) => files.get(id)!.length / 9)).toEqual([maxChunkHashes, maxChunkHashes, 5, 1]);
  });
});

describe("chunks", () => {
  const many = Array.from({ length: 30 }, (_, each) => hash(each));

  test("come once for each source", () => {
    const chunks = new BorderChunks(10, new Map(), { write: () => {} });
    const hashes = new BorderHashes({ texts: many, chunks: [] }, chunks);
    const ids = hashes.stored().chunks;
    expect(["shop", "shop", "crm"].map((source) => chunks.takeMade(source, ids).size)).toEqual([1, 0, 1]);
  });

  test("that nobody has are counted", () => {
    const hashes = new BorderHashes({ texts: [], chunks: ["gone"] }, new BorderChunks(10, new Map(), { write: () => {} }));
    expect([hashes.lost, hashes.size]).toEqual([1, 0]);
  });

  test("are not made of hashes that an old dlt has left", () => {
    const old = Array.from({ length: 30 }, (_, each) => uniqueHash(String(each), true));
    const hashes = new BorderHashes({ texts: old, chunks: [] }, new BorderChunks(10, new Map(), { write: () => {} }));
    hashes.add(uniqueHash("30", true));
    expect(hashes.stored()).toMatchObject({ texts: [...old, uniqueHash("30", true)], chunks: [] });
    hashes.clear();
    for (const text of many) hashes.add(text);
    expect(hashes.stored().chunks).toHaveLength(1);
  });
});
