// The games of a chess.com player, as rows. Archives are asked for once: which ones were, is kept in the state of the resource.
import { type Resource, type ResourceContext, resource } from "leat";

/** A finished game, as the public API of chess.com gives it. */
export interface Game {
  url: string;
  uuid: string;
  pgn: string;
  tcn: string;
  fen: string;
  initial_setup: string;
  /** Unix seconds. */
  start_time?: number;
  end_time: number;
  time_control: string;
  time_class: "bullet" | "blitz" | "rapid" | "daily";
  rules: string;
  rated: boolean;
  accuracies?: { white: number; black: number };
  white: Player;
  black: Player;
  eco?: string;
  tournament?: string;
  match?: string;
}

export interface Player {
  "@id": string;
  uuid: string;
  username: string;
  rating: number;
  result: string;
}

/** `chessUrl` is the address of the API, `https://api.chess.com/pub/`. The games of the running month come as they are when they are first asked for. */
export const playersGames = (chessUrl: string, player: string): Resource<"players_games", Game> =>
  resource(
    "players_games",
    {
      writeDisposition: "append",
      primaryKey: "uuid",
      // Some accuracies are whole numbers, and the first one must not make the column an integer.
      columns: { accuracies__white: { dataType: "double" }, accuracies__black: { dataType: "double" } },
    },
    async function* ({ state, signal }: ResourceContext<{ archives?: string[] }>) {
      const checked = (state.archives ??= []);
      for (const url of await listArchives(chessUrl, player, signal)) {
        if (checked.includes(url)) continue;
        checked.push(url);
        const { games } = (await getJson(url, signal)) as { games?: Game[] };
        yield games ?? [];
      }
    },
  );

/** Addresses of the player's monthly archives, oldest first. */
async function listArchives(chessUrl: string, player: string, signal: AbortSignal): Promise<string[]> {
  const { archives } = (await getJson(`${chessUrl}player/${player.toLowerCase()}/games/archives`, signal)) as { archives: string[] };
  return archives;
}

async function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  return response.json();
}
