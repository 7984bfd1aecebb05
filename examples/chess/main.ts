// Loads the games of a chess player into chess.duckdb, and says what is there.
//
// `npm start` asks a local stand-in, so that it runs without a network. With a network, the real service:
//   CHESS_URL=https://api.chess.com/pub/ CHESS_PLAYER=magnuscarlsen npm start
import { pipeline } from "leat";
import { duckdb } from "leat/destinations/duckdb";
import { playersGames } from "./chess.ts";
import { player as localPlayer, startChessServer } from "./server.ts";

// Always the same port: a run remembers the addresses of archives, and a run on another port would take them for new ones.
const server =
  process.env["CHESS_URL"] === undefined ? await startChessServer({ port: Number(process.env["CHESS_PORT"] ?? 18640) }) : undefined;
const chessUrl = server?.url ?? process.env["CHESS_URL"]!;
const player = process.env["CHESS_PLAYER"] ?? localPlayer;

const p = pipeline({ name: "chess_pipeline", destination: duckdb("chess.duckdb"), datasetName: "chess_data" });
try {
  const info = await p.run(playersGames(chessUrl, player));
  console.log(`${info}\n`);
  if (server !== undefined)
    console.log(`Requests of this run: ${server.requests.length} (one for the list of archives, one for each new archive)\n`);

  await using sql = p.sqlClient();
  console.log(`All games of ${player} in chess.duckdb, table chess_data.players_games:`);
  console.table(
    await sql.query(
      `SELECT time_class, count(*) AS games,
              count(*) FILTER (result = 'win') AS won, count(*) FILTER (opponent_result = 'win') AS lost,
              min(played) AS first, max(played) AS last, arg_max(rating, end_time) AS rating
       FROM (
         SELECT time_class, end_time, strftime(to_timestamp(end_time), '%Y-%m-%d') AS played,
                CASE WHEN is_white THEN white__rating ELSE black__rating END AS rating,
                CASE WHEN is_white THEN white__result ELSE black__result END AS result,
                CASE WHEN is_white THEN black__result ELSE white__result END AS opponent_result
         FROM (SELECT *, lower(white__username) = lower($1) AS is_white FROM players_games)
       )
       GROUP BY time_class ORDER BY games DESC, time_class`,
      [player],
    ),
  );
  console.log("Run it again: known archives are not requested, no row is added.");
} finally {
  await server?.[Symbol.asyncDispose]();
}
