import type { Runtime } from "./runtime.ts";

const idBytes = 10;
const idsPerPool = 1000;

/** Makes ids of rows that nothing else identifies: 10 random bytes, as dlt. */
export function randomRowIds(runtime: Pick<Runtime, "randomBytes">): () => string {
  let pool = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at >= pool.length) {
      pool = Buffer.from(runtime.randomBytes(idBytes * idsPerPool));
      at = 0;
    }
    const id = pool.toString("base64", at, at + idBytes);
    at += idBytes;
    // 10 bytes are 14 characters and two of padding.
    return id.slice(0, 14);
  };
}
