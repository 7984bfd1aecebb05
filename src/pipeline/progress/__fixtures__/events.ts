import type { EventBody, PipelineEvent } from "../../events.ts";

/** Events of a run of the pipeline `chess`, by their seconds since its start. */
export function eventsOfRun(...bodies: readonly (readonly [seconds: number, body: EventBody])[]): PipelineEvent[] {
  return bodies.map(([seconds, body]) => event(seconds, body));
}

export function event(seconds: number, body: EventBody): PipelineEvent {
  return { ...body, at: at(seconds), runId: "r1", pipelineName: "chess" } as PipelineEvent;
}

export function at(seconds: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
}

const job = {
  jobId: "games.0000abcdef.parquet",
  table: "games",
  format: "parquet",
  state: "completed",
  retries: 0,
  bytes: 1200,
} as const;

/** A run of two resources and two packages, up to its end. */
export function wholeRun(): PipelineEvent[] {
  return eventsOfRun(
    [0, { type: "run-started" }],
    [0, { type: "step-started", step: "sync" }],
    [0.2, { type: "step-completed", step: "sync" }],
    [0.2, { type: "step-started", step: "extract" }],
    [0.2, { type: "resource-progress", resource: "players", items: 1, isDone: false }],
    [3, { type: "resource-progress", resource: "games", items: 6000, isDone: false }],
    [6, { type: "resource-progress", resource: "games", items: 12_000, isDone: false }],
    [7, { type: "resource-progress", resource: "games", items: 14_000, isDone: false }],
    [8.2, { type: "resource-progress", resource: "players", items: 400, isDone: true }],
    [8.2, { type: "resource-progress", resource: "games", items: 16_000, isDone: true }],
    [8.2, { type: "step-completed", step: "extract" }],
    [8.2, { type: "step-started", step: "normalize", loadId: "1.1" }],
    [9, { type: "normalize-progress", loadId: "1.1", rows: 16_000 }],
    [9.2, { type: "step-completed", step: "normalize", loadId: "1.1" }],
    [9.2, { type: "step-started", step: "normalize", loadId: "1.2" }],
    [9.3, { type: "normalize-progress", loadId: "1.2", rows: 400 }],
    [9.4, { type: "step-completed", step: "normalize", loadId: "1.2" }],
    [9.4, { type: "step-started", step: "load", loadId: "1.1", jobs: 2 }],
    [9.5, { type: "job-started", loadId: "1.1", job }],
    [10, { type: "job-completed", loadId: "1.1", job }],
    [11, { type: "job-completed", loadId: "1.1", job }],
    [11.4, { type: "package-committed", loadId: "1.1" }],
    [11.4, { type: "step-completed", step: "load", loadId: "1.1" }],
    [11.4, { type: "step-started", step: "load", loadId: "1.2", jobs: 1 }],
    [12, { type: "job-completed", loadId: "1.2", job }],
    [12.3, { type: "package-committed", loadId: "1.2" }],
    [12.3, { type: "step-completed", step: "load", loadId: "1.2" }],
    [12.3, { type: "run-completed", info: {} as never }],
  );
}
