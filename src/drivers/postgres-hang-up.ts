import type { Socket } from "node:net";
import type { Client } from "pg";

const patienceMs = 2000;

/** To be called before the client connects. Gives what ends its connection, also one that broke: of an encrypted one pg may never hear the end. */
export function hangUp(client: Client): () => Promise<void> {
  const { connection } = client as unknown as { readonly connection: { readonly stream: Socket } };
  // Encryption takes its place later.
  const plain = connection.stream;
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([client.end().catch(() => {}), tooLong]);
    clearTimeout(timer);
    connection.stream.destroy();
    plain.destroy();
  };
}
