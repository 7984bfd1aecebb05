import { existsSync, readFileSync, rmSync } from "node:fs";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Game, playersGames } from "../../examples/chess/chess.ts";
import { type ChessServer, player, startChessServer } from "../../examples/chess/server.ts";
import type { RunInfo } from "../../src/index.ts";
import { type Machine, machine, query, values } from "./local-pipeline.ts";

const list = `/pub/player/${player}/games/archives`;
const archive = (month: string): string => `/pub/player/${player}/games/${month.replace("-", "/")}`;

let server: ChessServer;
let local: Machine;

beforeEach(async () => {
  local = machine();
  server = await startChessServer({ months: ["2024-01", "2024-02", "2024-03"] });
  onTestFinished(() => server[Symbol.asyncDispose]());
});

/** A run in a new process, so to say: a new pipeline object. Gives the requests that it made. */
async function run(): Promise<{ info: RunInfo; requests: string[] }> {
  const before = server.requests.length;
  const info = await local.pipeline().run(playersGames(server.url, player));
  return { info, requests: server.requests.slice(before) };
}

const loadedGames = (): Promise<unknown[]> => values(local.pipeline(), "SELECT url FROM players_games ORDER BY end_time, url");

function gamesOf(...months: string[]): Game[] {
  const games = months.flatMap(
    (month) =>
      (JSON.parse(readFileSync(new URL(`../../examples/chess/archives/${month}.json`, import.meta.url), "utf8")) as { games: Game[] })
        .games,
  );
  return games.sort((a, b) => a.end_time - b.end_time);
}

const urlsOf = (...months: string[]): string[] => gamesOf(...months).map((game) => game.url);

describe("the chess example", () => {
  test("loads every game of every archive", async () => {
    const { info, requests } = await run();
    expect(requests).toEqual([list, archive("2024-01"), archive("2024-02"), archive("2024-03")]);
    expect(info.rowCounts["players_games"]).toBe(17);
    expect(await loadedGames()).toEqual(urlsOf("2024-01", "2024-02", "2024-03"));
  });

  test("keeps what the documents say, objects as columns", async () => {
    await run();
    const rows = await query(
      local.pipeline(),
      "SELECT uuid, end_time, rated, fen, white__aid, white__rating, black__result, accuracies__white FROM players_games ORDER BY end_time, url",
    );
    const expected = gamesOf("2024-01", "2024-02", "2024-03").map(({ uuid, end_time, rated, fen, white, black, accuracies }) => ({
      uuid,
      end_time,
      rated,
      fen,
      white__aid: white["@id"],
      white__rating: white.rating,
      black__result: black.result,
      accuracies__white: accuracies?.white ?? null,
    }));
    expect(rows).toEqual(expected);
  });

  test("S3 requests no known archive and adds no row in a second run", async () => {
    await run();
    const { info, requests } = await run();
    expect(requests).toEqual([list]);
    expect(info.packages).toEqual([]);
    expect(await loadedGames()).toHaveLength(17);
  });

  test("S3 requests no known archive and adds no row on a clean machine: the state comes back from the database", async () => {
    await run();
    local.wipe();
    const { info, requests } = await run();
    expect(requests).toEqual([list]);
    expect(info.packages).toEqual([]);
    expect(info.firstRun).toBe(false);
    expect(await loadedGames()).toHaveLength(17);
  });

  test("S3 loads a new archive, and nothing else", async () => {
    await run();
    server.months = [...server.months, "2024-04"];
    const { info, requests } = await run();
    expect(requests).toEqual([list, archive("2024-04")]);
    expect(info.rowCounts["players_games"]).toBe(5);
    expect(await loadedGames()).toEqual(urlsOf("2024-01", "2024-02", "2024-03", "2024-04"));
  });

  test("loads a new archive on a clean machine, and nothing else", async () => {
    await run();
    local.wipe();
    server.months = [...server.months, "2024-04"];
    expect((await run()).requests).toEqual([list, archive("2024-04")]);
    expect(await loadedGames()).toEqual(urlsOf("2024-01", "2024-02", "2024-03", "2024-04"));
  });

  test("requests an archive again when the run that requested it failed", async () => {
    const p = local.pipeline();
    server.months = [...server.months, "2023-12"]; // the list names it, the document is missing
    await expect(p.run(playersGames(server.url, player))).rejects.toThrow(/Resource `players_games` .* failed: .*2023\/12 answered 404/);
    server.months = server.months.slice(0, 3);
    expect((await run()).requests).toEqual([list, archive("2024-01"), archive("2024-02"), archive("2024-03")]);
    expect(await loadedGames()).toHaveLength(17);
  });

  test("starts again when the data is gone", async () => {
    await run();
    if (existsSync(local.databasePath)) rmSync(local.databasePath);
    else await query(local.pipeline(), "DROP SCHEMA data CASCADE");
    const { info, requests } = await run();
    expect(requests).toHaveLength(4);
    expect(info.firstRun).toBe(true);
    expect(await loadedGames()).toHaveLength(17);
  });
});
