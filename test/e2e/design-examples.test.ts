import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { current, field, pipeline, type ResourceContext, resource, source } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { localPipeline, query, values } from "./local-pipeline.ts";

// The examples of the design, as they stand there: they are a promise to users.

const home = process.cwd();
let folder: string;

beforeEach(() => {
  folder = tempDir();
  process.chdir(folder);
  process.env["DLT_DATA_DIR"] = join(folder, "data");
});

afterEach(() => {
  process.chdir(home);
  delete process.env["DLT_DATA_DIR"];
});

test("two lines: any iterable becomes tables", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const p = pipeline({ name: "quick_start", destination: "duckdb", datasetName: "mydata" }); // -> quick_start.duckdb
  console.log(await p.run([{ id: 1, name: "Ada", tags: ["x", "y"] }], { tableName: "people" }));
  const printed = String(log.mock.calls[0]?.[0]);
  vi.restoreAllMocks();
  expect(printed).toContain("people");
  expect(printed).toContain(join(folder, "quick_start.duckdb"));
  const reader = pipeline({ name: "quick_start", destination: duckdb(join(folder, "quick_start.duckdb")), datasetName: "mydata" });
  expect(await query(reader, "SELECT id, name FROM people")).toEqual([{ id: 1, name: "Ada" }]);
  expect(await values(reader, "SELECT value FROM people__tags ORDER BY _dlt_list_idx")).toEqual(["x", "y"]);
});

describe("resource state", () => {
  interface Game {
    readonly uuid: string;
    readonly url: string;
  }

  async function listArchives(chessUrl: string, player: string): Promise<string[]> {
    const response = await fetch(`${chessUrl}player/${player}/games/archives`);
    return ((await response.json()) as { archives: string[] }).archives;
  }

  const playersGames = (chessUrl: string, player: string) =>
    resource(
      "players_games",
      { writeDisposition: "append", primaryKey: "uuid" },
      async function* ({ state, signal }: ResourceContext<{ archives?: string[] }>) {
        const checked = (state.archives ??= []); // private to this resource, kept between runs
        for (const url of await listArchives(chessUrl, player)) {
          if (checked.includes(url)) continue;
          checked.push(url);
          const { games } = (await (await fetch(url, { signal })).json()) as { games?: Game[] };
          yield games ?? []; // a row or an array of rows (a page)
        }
      },
    );

  test("archives already requested are not requested again", async () => {
    const requests: string[] = [];
    const months = ["2024/01", "2024/02"];
    const server = createServer((request, response) => {
      requests.push(request.url!);
      const base = `http://${request.headers.host}/pub/player/magnuscarlsen/games/`;
      const body = request.url!.endsWith("archives")
        ? { archives: months.map((month) => base + month) }
        : { games: [{ uuid: request.url, url: request.url }] };
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pub/`;

    const p = pipeline({ name: "chess_pipeline", destination: duckdb("chess.duckdb"), datasetName: "chess_data", progress: "none" });
    const info = await p.run(playersGames(url, "magnuscarlsen"));
    expect(info.rowCounts["players_games"]).toBe(2);
    expect(requests).toHaveLength(3);
    requests.length = 0;
    months.push("2024/03");
    await p.run(playersGames(url, "magnuscarlsen"));
    expect(requests).toEqual(["/pub/player/magnuscarlsen/games/archives", "/pub/player/magnuscarlsen/games/2024/03"]);
    expect(await values(p, "SELECT count(*) FROM players_games")).toEqual([3]);
  });
});

test("`current` reaches the same things without passing them on", async () => {
  const p = localPipeline();
  const seen: unknown[] = [];
  const helper = async (): Promise<void> => {
    await Promise.resolve();
    seen.push(current.resourceState<{ archives?: string[] }>()); // live object, same as ctx.state
    seen.push(current.sourceState()); // shared by the resources of one source
    seen.push(current.pipeline().firstRun, current.pipeline().state.pipeline_name);
    seen.push(current.resourceName(), current.sourceName(), current.signal().aborted);
  };
  await p.run(
    resource("games", async function* ({ state }) {
      state["archives"] = ["a"];
      await Promise.all([helper()]);
      yield { id: 1 };
    }),
  );
  const slot = { archives: ["a"] };
  expect(seen).toEqual([slot, { resources: { games: slot } }, true, "shop", "games", "shop", false]);
});

describe("source state", () => {
  type Mapping = { custom_fields?: Record<string, string> };
  let fieldRequests = 0;
  let deals: { id: number; [field: string]: unknown }[] = [];
  const fields = [{ key: "9dc80c50d78a15643bfc4ca79d76156a73a1ca0e", name: "Deal size" }];

  const pipedrive = source("pipedrive", { config: { apiToken: field.secret("API token.") } }, ({ config, state }) => [
    resource("custom_fields_mapping", { stateAccess: "write" }, async function* () {
      const mapping = (current.sourceState<Mapping>().custom_fields ??= {});
      if (config.apiToken !== "token") throw new Error("401");
      fieldRequests += 1;
      for (const { key, name } of fields) {
        mapping[key] = name;
        yield { key, name };
      }
    }),
    resource("deals", { stateAccess: "read", primaryKey: "id", writeDisposition: "merge" }, async function* () {
      const { custom_fields: mapping = {} } = current.sourceState<Mapping>();
      yield deals.map(
        (deal) => Object.fromEntries(Object.entries(deal).map(([key, value]) => [mapping[key] ?? key, value])) as typeof deal,
      );
    }),
    ...(Object.keys((state as Mapping).custom_fields ?? {}).length > 0 ? [resource("known_fields", [{ count: 1 }])] : []),
  ]);

  test("one resource writes the custom-field mapping, the others read it", async () => {
    const p = localPipeline();
    const key = fields[0]!.key;
    deals = [
      { id: 1, [key]: "small" },
      { id: 2, [key]: "big" },
    ];
    process.env["SOURCES__PIPEDRIVE__API_TOKEN"] = "token";
    try {
      await p.run(pipedrive()); // api token from env SOURCES__PIPEDRIVE__API_TOKEN or secrets.toml
    } finally {
      delete process.env["SOURCES__PIPEDRIVE__API_TOKEN"];
    }
    expect(await query(p, "SELECT id, deal_size FROM deals ORDER BY id")).toEqual([
      { id: 1, deal_size: "small" },
      { id: 2, deal_size: "big" },
    ]);
    deals = [
      { id: 2, [key]: "huge" },
      { id: 3, [key]: "small" },
    ];
    await p.run(pipedrive({ apiToken: "..." }).withResources("deals"));
    expect(fieldRequests).toBe(1);
    expect(await query(p, "SELECT id, deal_size FROM deals ORDER BY id")).toEqual([
      { id: 1, deal_size: "small" },
      { id: 2, deal_size: "huge" },
      { id: 3, deal_size: "small" },
    ]);
    expect(p.state.sources?.["pipedrive"]).toEqual({ custom_fields: { [key]: "Deal size" } });
  });
});
