import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Logger } from "../events.ts";
import { at, event, wholeRun } from "./__fixtures__/events.ts";
import { Screen } from "./__fixtures__/screen.ts";
import type { Usage } from "./log-line.ts";
import { type DisplayOptions, progressDisplay } from "./progress-display.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("progressDisplay", () => {
  it("draws counters on a terminal and leaves the last picture there", async () => {
    const screen = new Screen();
    const display = displayOn(screen, { now: () => at(7.5) });
    for (const each of wholeRun().slice(0, 8)) display.show(each);
    await drawn();
    expect(screen.text).toMatchInlineSnapshot(`
      "chess: extract, 7.50 s
        extract    14,001 rows, 7.30 s
          players        1 row  0 rows/s
          games    14,000 rows  1,918 rows/s"
    `);
    for (const each of wholeRun().slice(8)) display.show(each);
    await drawn();
    display.close();
    const end = screen.text;
    expect(end).toMatch(/^chess: done, 12\.3 s\n/);
    await drawn();
    expect(screen.text).toBe(end);
  });

  it("draws ten times a second, however many events there are", async () => {
    const screen = new Screen();
    const write = vi.spyOn(screen, "write");
    let seconds = 0;
    const display = displayOn(screen, { now: () => at(seconds) });
    display.show(event(0, { type: "run-started" }));
    await vi.dynamicImportSettled();
    for (; seconds < 1; seconds += 0.001) {
      display.show(event(seconds, { type: "resource-progress", resource: "games", items: seconds * 1000, isDone: false }));
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(write.mock.calls.length).toBeLessThanOrEqual(10);
    display.close();
  });

  it("keeps what the program prints, above the counters", async () => {
    const screen = new Screen();
    const display = displayOn(screen);
    for (const each of wholeRun().slice(0, 4)) display.show(each);
    await drawn();
    screen.write("asking for page 2\n");
    await drawn();
    expect(screen.text).toMatch(/^asking for page 2\nchess: extract, /);
    screen.write("the name: ");
    await drawn();
    expect(screen.text).toBe("asking for page 2\nthe name:");
    screen.write("Ada\n");
    await drawn();
    expect(screen.text).toMatch(/^asking for page 2\nthe name: Ada\nchess: extract, /);
    display.close();
  });

  it("puts runs that go on at the same time below each other", async () => {
    const screen = new Screen();
    const first = displayOn(screen);
    const second = displayOn(screen);
    first.show(event(0, { type: "run-started" }));
    second.show({ ...event(0, { type: "run-started" }), pipelineName: "weather" });
    await drawn();
    expect(screen.text).toBe("chess: starting, 1.00 s\nweather: starting, 1.00 s");
    first.close();
    await drawn();
    expect(screen.text).toBe("chess: done, 1.00 s\nweather: starting, 1.00 s");
    second.close();
    expect(screen.text).toBe("chess: done, 1.00 s\nweather: done, 1.00 s");
  });

  it("prints warnings above the counters", async () => {
    const screen = new Screen();
    const display = displayOn(screen);
    display.show(event(0, { type: "run-started" }));
    await drawn();
    display.show(event(0.5, { type: "warning", code: "interrupted", message: "SIGINT: ending" }));
    await drawn();
    expect(screen.text).toBe("warning: chess: SIGINT: ending\nchess: starting, 1.00 s");
    display.close();
  });

  it("gives the stream its write function back", () => {
    const screen = new Screen();
    const before = screen.write;
    displayOn(screen).close();
    expect(screen.write).toBe(before);
    expect(Object.hasOwn(screen, "write")).toBe(false);
  });

  it.each([
    ["in a file", { isTTY: false }, {}],
    ["on a build server", {}, { CI: "true" }],
    ["on a terminal without cursor", {}, { TERM: "dumb" }],
  ])("writes lines %s", (_, stream, env) => {
    const { terminal, lines } = plainStream(stream);
    const display = displayOn(terminal, { env });
    for (const each of wholeRun()) display.show(each);
    display.close();
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d chess: extract, games: 12,000 rows so far, 2,069 rows\/s, cpu 87%, 143 MB\n$/);
  });

  it("writes lines to the logger that was given", () => {
    const { logger, lines } = recordingLogger();
    const { terminal, lines: written } = plainStream({ isTTY: false });
    const display = displayOn(terminal, { logger });
    for (const each of wholeRun()) display.show(each);
    expect(lines).toContain("chess: normalize of package 1.2 took 0.20 s, 400 rows, cpu 87%, 143 MB");
    expect(written).toEqual([]);
  });

  it.each([
    ["debug", 6],
    ["warn", 0],
  ] as const)("writes lines from level %s on", (level, debugLines) => {
    const { terminal, lines } = plainStream({ isTTY: false });
    const display = displayOn(terminal, { log: { level } });
    for (const each of wholeRun()) display.show(each);
    display.show(event(13, { type: "warning", code: "interrupted", message: "SIGINT: ending" }));
    expect(lines.filter((line) => / started\n$/.test(line))).toHaveLength(debugLines);
    expect(lines.at(-1)).toMatch(/warning: chess: SIGINT: ending\n$/);
    expect(lines.length === 1).toBe(level === "warn");
  });

  it("writes JSON lines where they are asked for, also on a terminal", () => {
    const { terminal, lines } = plainStream({});
    const display = displayOn(terminal, { log: { format: "json" } });
    for (const each of wholeRun()) display.show(each);
    display.show(event(13, { type: "warning", code: "interrupted", message: "SIGINT: ending" }));
    const documents = lines.map((line) => JSON.parse(line));
    expect([documents[0], documents.at(-1)]).toMatchInlineSnapshot(`
      [
        {
          "cpuPercent": 87,
          "event": "resource-progress",
          "isDone": false,
          "items": 12000,
          "level": "info",
          "memoryBytes": 143200000,
          "message": "extract, games: 12,000 rows so far, 2,069 rows/s",
          "pipeline": "chess",
          "resource": "games",
          "runId": "r1",
          "time": "2026-01-01T00:00:06.000Z",
        },
        {
          "code": "interrupted",
          "event": "warning",
          "level": "warn",
          "message": "SIGINT: ending",
          "pipeline": "chess",
          "runId": "r1",
          "time": "2026-01-01T00:00:13.000Z",
        },
      ]
    `);
  });

  it("tells what goes wrong with `none` where the operator asks for lines", () => {
    const { terminal, lines } = plainStream({});
    const display = displayOn(terminal, { progress: "none", log: { format: "json" } });
    for (const each of wholeRun()) display.show(each);
    display.show(event(13, { type: "warning", code: "interrupted", message: "SIGINT: ending" }));
    expect(lines.map((line) => JSON.parse(line).code)).toEqual(["interrupted"]);
  });

  it("takes pino and console as they are", () => {
    const written: string[] = [];
    const options = { base: null, timestamp: false, level: "debug" };
    const logger = pino(options, { write: (line: string) => void written.push(line) });
    const display = displayOn(plainStream({}).terminal, { progress: "log", logger });
    for (const each of wholeRun().slice(0, 3)) display.show(each);
    display.show(event(13, { type: "warning", code: "interrupted", message: "SIGINT: ending" }));
    expect(written.map((line) => JSON.parse(line))).toEqual([
      { level: 20, msg: "chess: sync started" },
      { level: 20, msg: "chess: sync took 0.20 s" },
      { level: 40, msg: "chess: SIGINT: ending" },
    ]);
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    displayOn(plainStream({}).terminal, { progress: "log", logger: console }).show(
      event(13, { type: "warning", code: "interrupted", message: "SIGINT: ending" }),
    );
    expect(warn).toHaveBeenCalledWith("chess: SIGINT: ending");
    warn.mockRestore();
  });

  it("shows nothing with `none`, but hands warnings to a logger", () => {
    const { logger, lines } = recordingLogger();
    const { terminal, lines: written } = plainStream({});
    const display = displayOn(terminal, { progress: "none", logger });
    for (const each of wholeRun()) display.show(each);
    display.show(event(13, { type: "warning", code: "interrupted", message: "SIGINT: ending" }));
    display.close();
    expect([lines, written]).toEqual([["chess: SIGINT: ending"], []]);
  });
});

function displayOn(terminal: NonNullable<DisplayOptions["terminal"]>, options: Partial<DisplayOptions> = {}) {
  return progressDisplay({ progress: "auto", logger: undefined, now: () => at(1), env: {}, terminal, usage, ...options });
}

function usage(): Usage {
  return { cpuPercent: 87, memoryBytes: 143_200_000 };
}

/** Lets the display load what it draws with, and draw. */
async function drawn(): Promise<void> {
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(150);
}

function plainStream(stream: { readonly isTTY?: boolean }) {
  const lines: string[] = [];
  return { terminal: { isTTY: true, ...stream, write: (text: string) => lines.push(text) }, lines };
}

function recordingLogger(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (message: string): void => void lines.push(message);
  return { logger: { debug: () => {}, info: write, warn: write, error: write }, lines };
}
