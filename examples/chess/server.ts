// A local stand-in for the public API of chess.com: the same paths and documents, from the folder archives/.
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The player whose games are in archives/. Made-up games in the shape of real ones. */
export const player = "rook_lift";

const folder = new URL("./archives/", import.meta.url);

export interface ChessServer extends AsyncDisposable {
  /** What `https://api.chess.com/pub/` is for the real service. */
  readonly url: string;
  /** Paths of all requests so far. */
  readonly requests: readonly string[];
  /** The months that the list of archives names, `2024-01`, oldest first. Set it to make archives come later. */
  months: readonly string[];
}

export interface ChessServerOptions {
  /** Default a free one. Addresses of archives hold the port, and they are what a run remembers. */
  readonly port?: number;
  /** Default all of archives/. */
  readonly months?: readonly string[];
}

export async function startChessServer(options: ChessServerOptions = {}): Promise<ChessServer> {
  const requests: string[] = [];
  const http = createServer((request, response) => answer(request, response));
  await listen(http, options.port ?? 0);
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/pub/`;
  const server: ChessServer = {
    url,
    requests,
    months: options.months ?? storedMonths(),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  const answer: RequestListener = (request, response) => {
    const path = request.url ?? "/";
    requests.push(path);
    const body = documentAt(path, server);
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json; charset=utf-8" });
    response.end(body ?? JSON.stringify({ code: 0, message: `Data provider not found at ${path}.` }));
  };
  return server;
}

function listen(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", (cause) => reject(new Error(`The local server cannot use port ${port} (${cause.message}).`, { cause })));
    http.listen(port, "127.0.0.1", resolve);
  });
}

/** The text of the document, undefined when the service has none there. */
function documentAt(path: string, { url, months }: ChessServer): string | undefined {
  const games = `/pub/player/${player}/games/`;
  if (!path.startsWith(games)) return undefined;
  const what = path.slice(games.length);
  if (what === "archives")
    return JSON.stringify({ archives: months.map((month) => `${url}player/${player}/games/${month.replace("-", "/")}`) });
  const month = what.replace("/", "-");
  if (!months.includes(month) || !storedMonths().includes(month)) return undefined;
  return readFileSync(new URL(`${month}.json`, folder), "utf8");
}

function storedMonths(): string[] {
  return readdirSync(folder)
    .map((name) => name.replace(".json", ""))
    .sort();
}
