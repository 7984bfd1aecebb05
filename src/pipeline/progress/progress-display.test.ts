import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Logger } from "../events.ts";
import { at, event, wholeRun } from "./__fixtures__/events.ts";
import { Screen } from "./__fixtures__/screen.ts";
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
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d chess: extract, games: 12,000 rows so far, 2,069 rows\/s\n$/);
  });

  it("writes lines to the logger that was given", () => {
    const { logger, lines } = recordingLogger();
    const { terminal, lines: written } = plainStream({ isTTY: false });
    const display = displayOn(terminal, { logger });
    for (const each of wholeRun()) display.show(each);
    expect(lines).toContain("chess: normalize of package 1.2 took 0.20 s, 400 rows");
    expect(written).toEqual([]);
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
  return progressDisplay({ progress: "auto", logger: undefined, now: () => at(1), env: {}, terminal, ...options });
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
