// Blocks of memory whose sizes are powers of two; those that are given back wait in a list per size.
import { memoryGrew, outOfMemory } from "./host";

const freeBlocks: usize = memory.data(32 * 4, 4);
const smallestBlock: usize = 64;
let top: usize = (__heap_base + 15) & ~15;

/** How large the block is that is given for so many bytes. */
export function blockBytes(bytes: usize): usize {
  return bytes <= smallestBlock ? smallestBlock : (<usize>1) << (32 - clz<u32>(<u32>bytes - 1));
}

/** The content of a block is not cleared. */
export function allocate(bytes: usize): usize {
  const size = blockBytes(bytes);
  const list = freeBlocks + (ctz(size) << 2);
  const block = load<u32>(list);
  if (block === 0) return extend(size);
  store<u32>(list, load<u32>(block));
  return block;
}

/** `bytes` as they were asked for. */
export function release(block: usize, bytes: usize): void {
  const list = freeBlocks + (ctz(blockBytes(bytes)) << 2);
  store<u32>(block, load<u32>(list));
  store<u32>(list, <u32>block);
}

/** A block that is cleared. */
export function allocateCleared(bytes: usize): usize {
  const block = allocate(bytes);
  memory.fill(block, 0, bytes);
  return block;
}

// What is known of documents is little, and forgotten all at once: it lies in large blocks, which are chained by their first word.
const chainedBytes: usize = 0x10000;
let chained: usize = 0;
let knowledgeAt: usize = 0;
let knowledgeEnd: usize = 0;

/** Cleared bytes that stay until `forgetKnowledge`. */
export function allocateKnowledge(bytes: usize): usize {
  const size = (bytes + 7) & ~7;
  if (size > chainedBytes / 4) return chain(size);
  if (knowledgeAt + size > knowledgeEnd) {
    knowledgeAt = chain(chainedBytes - chainHead);
    knowledgeEnd = knowledgeAt + chainedBytes - chainHead;
  }
  const start = knowledgeAt;
  knowledgeAt += size;
  return start;
}

export function forgetKnowledge(): void {
  while (chained !== 0) {
    const block = chained;
    chained = load<u32>(block);
    release(block, load<u32>(block + 4));
  }
  knowledgeAt = 0;
  knowledgeEnd = 0;
}

const chainHead: usize = 8;

function chain(bytes: usize): usize {
  const block = allocateCleared(bytes + chainHead);
  store<u32>(block, <u32>chained);
  store<u32>(block + 4, <u32>(bytes + chainHead));
  chained = block;
  return block + chainHead;
}

const pageBytes: usize = 0x10000;
const pagesAtOnce: i32 = 16;

function extend(size: usize): usize {
  const start = top;
  const end = <u64>start + size;
  if (end > 0xfff00000) outOfMemory();
  const missing = <i32>((<usize>end + pageBytes - 1) / pageBytes) - memory.size();
  if (missing > 0) {
    if (memory.grow(max(missing, pagesAtOnce)) < 0 && memory.grow(missing) < 0) outOfMemory();
    memoryGrew();
  }
  top = <usize>end;
  return start;
}
