import type { EventEmitter } from "node:events";
import type { Client } from "pg";
import { DriverFailure } from "../core/driver-failure.ts";
import type { PostgresPlace } from "./postgres-failure.ts";
import type { TlsAttempt } from "./postgres-tls.ts";

/** To be called before the client connects. Tells later whether the server has asked for a login that is bound to the encryption. */
export function offersBinding(client: Client, ssl: TlsAttempt): () => boolean {
  let isBound = false;
  const { connection } = client as unknown as { readonly connection: EventEmitter };
  connection.once("authenticationSASL", ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
    isBound = ssl !== false && mechanisms.includes("SCRAM-SHA-256-PLUS");
  });
  return () => isBound;
}

/** Whoever sits in between could make a server look as if it had no such login: then no password goes out. */
export function unboundLogin({ name }: PostgresPlace): DriverFailure {
  return new DriverFailure(
    "connection",
    `The login at \`${name}\` is not bound to its encryption, and \`channel_binding=require\` asks for it. ` +
      "It takes encryption, and a user whose password the server keeps for scram-sha-256; else leave the setting out.",
  );
}

export function missingPassword({ name, username }: PostgresPlace): DriverFailure {
  const user = username === undefined ? "" : ` of user \`${username}\``;
  return new DriverFailure("connection", `\`${name}\` asks for the password${user}. Set it: credentials.password, or in the URL.`);
}
