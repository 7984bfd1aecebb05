import { describe, expect, it } from "vitest";
import { CancelledError } from "../../core/errors.ts";
import { ResourceFailedError } from "../../extract/errors.ts";
import { StepFailedError } from "../errors.ts";
import type { Logger, PipelineEvent } from "../events.ts";
import { event, eventsOfRun, wholeRun } from "./__fixtures__/events.ts";
import { LogDisplay } from "./log-display.ts";
import type { Usage } from "./log-line.ts";
import { fromLevel, loggerSink } from "./log-sinks.ts";

describe("LogDisplay", () => {
  it("gives a line for every resource, step and package, and for a resource that takes long", () => {
    expect(linesOf(wholeRun())).toMatchInlineSnapshot(`
      [
        "info chess: extract, games: 12,000 rows so far, 2,069 rows/s",
        "info chess: extract, players: 400 rows",
        "info chess: extract, games: 16,000 rows",
        "info chess: extract took 8.00 s, 16,400 rows of 2 resources",
        "info chess: normalize of package 1.1 took 1.00 s, 16,000 rows",
        "info chess: normalize of package 1.2 took 0.20 s, 400 rows",
        "info chess: load took 2.00 s, 2 of 2 jobs, package 1.1 committed",
        "info chess: load took 0.90 s, 1 of 1 job, package 1.2 committed",
      ]
    `);
  });

  it("tells of a long normalize and a long load every five seconds", () => {
    const lines = linesOf(
      eventsOfRun(
        [0, { type: "step-started", step: "normalize", loadId: "1.1" }],
        [4, { type: "normalize-progress", loadId: "1.1", rows: 1000 }],
        [6, { type: "normalize-progress", loadId: "1.1", rows: 2000 }],
        [7, { type: "normalize-progress", loadId: "1.1", rows: 3000 }],
        [12, { type: "normalize-progress", loadId: "1.1", rows: 4000 }],
      ),
    );
    expect(lines).toEqual(["info chess: normalize, 2,000 rows so far", "info chess: normalize, 4,000 rows so far"]);
  });

  it("says at the end of a step, and while it goes on, how busy the process is", () => {
    const lines = linesOf(wholeRun(), () => ({ cpuPercent: 87, memoryBytes: 143_200_000 }));
    expect(lines.filter((line) => line.endsWith(", cpu 87%, 143 MB"))).toMatchInlineSnapshot(`
      [
        "info chess: extract, games: 12,000 rows so far, 2,069 rows/s, cpu 87%, 143 MB",
        "info chess: extract took 8.00 s, 16,400 rows of 2 resources, cpu 87%, 143 MB",
        "info chess: normalize of package 1.1 took 1.00 s, 16,000 rows, cpu 87%, 143 MB",
        "info chess: normalize of package 1.2 took 0.20 s, 400 rows, cpu 87%, 143 MB",
        "info chess: load took 2.00 s, 2 of 2 jobs, package 1.1 committed, cpu 87%, 143 MB",
        "info chess: load took 0.90 s, 1 of 1 job, package 1.2 committed, cpu 87%, 143 MB",
      ]
    `);
  });

  it("passes warnings on", () => {
    expect(linesOf([event(0, { type: "warning", code: "interrupted", message: "SIGINT: ending" })])).toEqual([
      "warn chess: SIGINT: ending",
    ]);
  });

  it("names the code of the cause when a run fails; the message is thrown", () => {
    const cause = new ResourceFailedError({ resource: "games", sourceName: "chess", cause: new Error("boom") });
    const error = new StepFailedError({ step: "extract", pipelineName: "chess", loadId: undefined, cause, pendingLoadIds: [] });
    expect(linesOf([event(1, { type: "run-failed", error })])).toEqual(["error chess: failed [resource-failed]"]);
  });

  it("warns when a run is cancelled", () => {
    expect(linesOf([event(1, { type: "run-failed", error: new CancelledError("stop") })])).toEqual(["warn chess: cancelled"]);
  });
});

/** All lines but those for debugging, with their level. */
function linesOf(events: readonly PipelineEvent[], usage?: () => Usage): string[] {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const logger: Logger = { debug: () => {}, info: write("info"), warn: write("warn"), error: write("error") };
  const display = new LogDisplay(fromLevel("info", loggerSink(logger)), usage);
  for (const each of events) display.show(each);
  display.close();
  return lines;
}
