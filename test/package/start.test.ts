import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newFolder, root, run } from "./packed.ts";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly scripts: { readonly start: string } };

test("npm start loads the chess games and says so; once more, it asks for no archive and loads nothing", async () => {
  // What `npm start` runs after the build, in a folder of its own.
  const words = scripts.start.split("&& node ")[1]!.split(" ");
  const program = words.map((word) => (/^(dist|examples)\//.test(word) ? join(root, word) : word));
  const folder = newFolder("start");
  try {
    const env = { CHESS_PORT: String(await freePort()) };
    const first = await run(folder, { env }, process.execPath, ...program);
    expect(first).toContain("players_games  25 rows");
    expect(first).toContain("Requests of this run: 6 ");
    expect(first).toMatch(/'blitz' +│ 14 +│/);
    const second = await run(folder, { env }, process.execPath, ...program);
    expect(second).toContain("Nothing new to load");
    expect(second).toContain("Requests of this run: 1 ");
    expect(second.slice(second.indexOf("All games"))).toBe(first.slice(first.indexOf("All games")));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
