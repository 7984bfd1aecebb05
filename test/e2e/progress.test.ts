import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Logger, type PipelineEvent, resource } from "../../src/index.ts";
import { Screen } from "../../src/pipeline/progress/__fixtures__/screen.ts";
import { localPipeline } from "./local-pipeline.ts";

/** `isSeen`: the third row waits for it, at most half a minute. */
const gamesAfter = (isSeen: () => boolean) =>
  resource("games", async function* () {
    yield [{ id: 1, moves: ["e4"] }, { id: 2 }];
    for (let time = 0; !isSeen() && time < 3000; time += 1) await sleep(10);
    yield { id: 3 };
  });
const games = gamesAfter(() => true);

afterEach(() => {
  vi.restoreAllMocks();
  for (const property of ["isTTY", "columns", "rows"]) delete (process.stderr as unknown as Record<string, unknown>)[property];
});

describe("progress", () => {
  test("on a terminal counts while the run goes on, and leaves the counts there", async () => {
    const screen = terminalAsStderr();
    const seen: string[] = [];
    const watched = gamesAfter(() => / 2 rows {2}/.test(screen.text)).map((row) => {
      if (row.id === 3) seen.push(screen.text);
      return row;
    });
    await localPipeline({ progress: "bars" }).run(watched);
    expect(seen[0]).toMatch(/^shop: extract, .+ s\n {2}extract {4}2 rows, .+ s\n {4}games {2}2 rows {2}.+ rows\/s$/);
    expect(screen.text).toMatch(
      /^shop: done, .+ s\n {2}extract {4}3 rows, .+ s\n {4}games {2}3 rows {2}.+ rows\/s\n {2}normalize {2}3 rows, .+ s\n {2}load {7}3 of 3 jobs, .+ s$/,
    );
  });

  test("of a run that fails says so and leaves the counts", async () => {
    const screen = terminalAsStderr();
    const broken = gamesAfter(() => screen.text !== "").map((row) => {
      if (row.id === 3) throw new Error("boom");
      return row;
    });
    await expect(localPipeline({ progress: "bars" }).run(broken)).rejects.toThrow("boom");
    expect(screen.text).toMatch(/^shop: failed, .+ s\n {2}extract {4}2 rows/);
  });

  test("as lines goes to the logger that was given", async () => {
    const lines: string[] = [];
    const write = (message: string): void =>
      void lines.push(
        message
          .replaceAll(/\d+\.\d+ s/g, "<time>")
          .replaceAll(/\d{10}\.\d+/g, "<load id>")
          .replace(/\d+%, \d+ MB$/, "<usage>"),
      );
    const logger: Logger = { debug: () => {}, info: write, warn: write, error: write };
    await localPipeline({ progress: "log", logger }).run(games);
    expect(lines).toEqual([
      "shop: extract, games: 3 rows",
      "shop: extract took <time>, 3 rows of 1 resource, cpu <usage>",
      "shop: normalize of package <load id> took <time>, 3 rows, cpu <usage>",
      "shop: load took <time>, 3 of 3 jobs, package <load id> committed, cpu <usage>",
    ]);
  });

  test("never writes to standard output", async () => {
    const stdout = vi.spyOn(process.stdout, "write");
    terminalAsStderr();
    await localPipeline({ progress: "bars" }).run(games);
    await localPipeline({ progress: "log" }).run(games);
    expect(stdout).not.toHaveBeenCalled();
  });

  test("knows how many jobs a load begins with", async () => {
    const events: PipelineEvent[] = [];
    await localPipeline({ onEvent: (event) => void events.push(event) }).run(games);
    const load = events.find((event) => event.type === "step-started" && event.step === "load");
    expect(load).toMatchObject({ jobs: events.filter((event) => event.type === "job-completed").length });
  });
});

function terminalAsStderr(): Screen {
  const screen = new Screen();
  for (const [property, value] of Object.entries({ isTTY: true, columns: 80, rows: 24 })) {
    Object.defineProperty(process.stderr, property, { value, configurable: true });
  }
  vi.spyOn(process.stderr, "write").mockImplementation((text) => screen.write(String(text)));
  return screen;
}
