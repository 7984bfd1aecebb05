import type { Runtime } from "./runtime.ts";

const idBytes = 10;
const idsPerPool = 1000;

/** Makes ids of rows that nothing else identifies: 10 bytes, as dlt, of which nine are random. See `rowIdPools`. */
export function randomRowIds(runtime: Pick<Runtime, "randomBytes">): () => string {
  const nextPool = rowIdPools(runtime);
  let pool = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at >= pool.length) {
      pool = nextPool();
      at = 0;
    }
    const id = pool.toString("base64", at, at + idBytes);
    at += idBytes;
    // 10 bytes are 14 characters and two of padding.
    return id.slice(0, 14);
  };
}

/**
 * Pools of the bytes of ids. The first byte is random once and the same in all of them: databases keep an index on ids, and those that come together lie
 * in one part of it, which is changed in less time than all of it.
 */
export function rowIdPools(runtime: Pick<Runtime, "randomBytes">): () => Buffer<ArrayBuffer> {
  let first: number | undefined;
  return () => {
    const pool = Buffer.from(runtime.randomBytes(idBytes * idsPerPool));
    first ??= pool[0]!;
    for (let at = 0; at < pool.length; at += idBytes) pool[at] = first;
    return pool;
  };
}
