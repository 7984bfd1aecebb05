import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What becomes of a request: it passes; its connection is cut in the middle of its body; it is done, and its answer is lost. */
export type Fate = "pass" | "cut" | "lost";

export interface UnsteadyProxy {
  readonly url: string;
  /** Method and path with query, in order. */
  readonly requests: readonly string[];
  /** Asked for each request, before it goes on. */
  decide(fate: (request: string) => Fate | Promise<Fate>): void;
}

/** Stands before an S3 server, until the test is over. */
export async function unsteadyProxy(server: string): Promise<UnsteadyProxy> {
  const requests: string[] = [];
  let decide: (request: string) => Fate | Promise<Fate> = () => "pass";
  const proxy = createServer(async (incoming, answer) => {
    const asked = `${incoming.method} ${incoming.url}`;
    requests.push(asked);
    const fate = await decide(asked);
    if (fate === "cut") cutInBody(incoming);
    else forward(server, incoming, answer, fate);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    requests,
    decide: (fate) => {
      decide = fate;
    },
  };
}

function cutInBody(incoming: IncomingMessage): void {
  incoming.once("data", () => incoming.socket.destroy());
  incoming.once("end", () => incoming.socket.destroy());
}

/** The signature holds for the host that the client knows: headers stay as they are. */
function forward(server: string, incoming: IncomingMessage, answer: ServerResponse, fate: Fate): void {
  const { method, url: path, headers } = incoming;
  const outgoing = request(server, { method: method!, path: path!, headers, agent: false }, (response) => {
    if (fate === "lost") {
      response.resume();
      response.once("end", () => incoming.socket.destroy());
      return;
    }
    answer.writeHead(response.statusCode!, response.headers);
    response.pipe(answer);
    response.on("error", () => incoming.socket.destroy());
  });
  outgoing.on("error", () => incoming.socket.destroy());
  incoming.on("error", () => outgoing.destroy());
  incoming.pipe(outgoing);
}
