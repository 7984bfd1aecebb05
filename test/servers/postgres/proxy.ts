import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { locationOf } from "./connection.ts";

/** What a client has sent. */
export interface ClientMessage {
  /** Counted over all connections, from 0. */
  readonly index: number;
  /** As the protocol calls it: `Q`, `P`, `B`, `d`, …; empty for the first one of a connection, which has none. */
  readonly type: string;
  /** Of a `Q` its statements, of a `P` its statement. */
  readonly sql: string;
}

/**
 * `before`: the connection is cut, and the server never hears of the message. `after`: the server gets it, and what it answers is lost. `at-once`: the same,
 * but the connection is cut while the server still works.
 */
export type Cut = "before" | "after" | "at-once";

export interface PostgresProxy {
  /** The URL that it was given, by way of the proxy. */
  readonly url: string;
  /** Messages that came so far. */
  readonly messages: readonly ClientMessage[];
  /** Asked for every message; undefined lets it pass. */
  cutAt: (message: ClientMessage) => Cut | undefined;
}

/** Stands between client and server, message by message. Ends with the test. */
export async function startProxy(url: string): Promise<PostgresProxy> {
  const { host, port } = locationOf(url);
  const messages: ClientMessage[] = [];
  const listener = createServer((client) => {
    const server = createConnection({ host, port, noDelay: true });
    for (const socket of [client, server]) {
      socket.on("error", () => {});
      onTestFinished(() => void socket.destroy());
    }
    client.on("close", () => server.end());
    server.on("close", () => client.destroy());
    server.on("data", (bytes) => client.write(bytes));
    const read = clientMessages();
    client.on("data", (bytes) => {
      for (const [text, { type, sql }] of read(bytes)) {
        const message = { index: messages.length, type, sql };
        messages.push(message);
        const cut = proxy.cutAt(message);
        if (cut !== "before") server.write(text);
        if (cut === undefined) continue;
        // A part of a conversation has no answer of its own.
        cutOff(client, server, cut === "after" && !isAnswered.test(type) ? "at-once" : cut);
        return;
      }
    });
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  onTestFinished(() => void listener.close());
  const place = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const proxy: PostgresProxy = { url: Object.assign(new URL(url), { host: place }).href, messages, cutAt: () => undefined };
  return proxy;
}

/** Start, login, statements, the end of a COPY. */
const isAnswered = /^[QSHpc]?$/;

function cutOff(client: Socket, server: Socket, cut: Cut): void {
  server.removeAllListeners("data");
  client.removeAllListeners("data");
  if (cut === "after") server.once("data", () => end());
  else end();

  function end(): void {
    client.resetAndDestroy();
    // The server reads what it was sent before it sees the end.
    server.end();
    server.resume();
  }
}

/** Takes the bytes of a connection apart. */
function clientMessages(): (bytes: Buffer) => Generator<[Buffer, Omit<ClientMessage, "index">]> {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;
  return function* (bytes) {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const typeBytes = isStarted ? 1 : 0;
      if (rest.length < typeBytes + 4) return;
      const size = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < size) return;
      const text = rest.subarray(0, size);
      rest = rest.subarray(size);
      yield [text, { type: text.toString("latin1", 0, typeBytes), sql: isStarted ? sqlOf(text) : "" }];
      isStarted = true;
    }
  };
}

function sqlOf(message: Buffer): string {
  const [type, content] = [message.toString("latin1", 0, 1), message.subarray(5)];
  if (type === "Q") return content.subarray(0, -1).toString();
  return type === "P" ? content.toString().split("\0")[1]! : "";
}
