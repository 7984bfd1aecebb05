import { describe, expect, it } from "vitest";
import type { PipelineEvent } from "../events.ts";
import { at, eventsOfRun, wholeRun } from "./__fixtures__/events.ts";
import { frame } from "./frame.ts";
import { RunProgress } from "./run-progress.ts";

describe("frame", () => {
  it("shows the look at the destination while it lasts", () => {
    expect(frameAfter(wholeRun().slice(0, 2), 0.1)).toMatchInlineSnapshot(`
      "chess: sync, 0.10 s
        sync       0.10 s"
    `);
  });

  it("counts the rows of every resource during extract", () => {
    expect(frameAfter(wholeRun().slice(0, 6), 3.2)).toMatchInlineSnapshot(`
      "chess: extract, 3.20 s
        extract    6,001 rows, 3.00 s
          players       1 row  0 rows/s
          games    6,000 rows  2,000 rows/s"
    `);
  });

  it("counts load jobs", () => {
    expect(frameAfter(wholeRun().slice(0, 20), 10.5)).toMatchInlineSnapshot(`
      "chess: load, 10.5 s
        extract    16,400 rows, 8.00 s
          players     400 rows  50 rows/s
          games    16,000 rows  2,000 rows/s
        normalize  16,400 rows, 1.20 s
        load       1 of 2 jobs, 1.10 s"
    `);
  });

  it("stands still at the end", () => {
    expect(frameAfter(wholeRun(), 99)).toMatchInlineSnapshot(`
      "chess: done, 12.3 s
        extract    16,400 rows, 8.00 s
          players     400 rows  50 rows/s
          games    16,000 rows  2,000 rows/s
        normalize  16,400 rows, 1.20 s
        load       3 of 3 jobs, 2.90 s"
    `);
  });

  it("shows the resources that still run when there are too many", () => {
    const resources = ["a", "b", "c", "d"].map(
      (name, i) => [1, { type: "resource-progress", resource: name, items: i, isDone: i < 2 }] as const,
    );
    const events = eventsOfRun([0, { type: "run-started" }], [0, { type: "step-started", step: "extract" }], ...resources);
    expect(frameAfter(events, 2, 2)).toMatchInlineSnapshot(`
      "chess: extract, 2.00 s
        extract    6 rows, 2.00 s
          c  2 rows  1 rows/s
          d  3 rows  2 rows/s
          and 2 more"
    `);
  });

  it("is empty before the run has begun", () => {
    expect(frameAfter([], 1)).toBe("");
  });
});

function frameAfter(events: readonly PipelineEvent[], seconds: number, maxResources = 10): string {
  const progress = new RunProgress();
  for (const event of events) progress.update(event);
  return frame(progress, { now: at(seconds).getTime(), maxResources }).join("\n");
}
