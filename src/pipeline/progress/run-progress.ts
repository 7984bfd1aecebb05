import type { Step } from "../errors.ts";
import type { PipelineEvent } from "../events.ts";

/** Times are milliseconds since 1970. */
export interface StepProgress {
  readonly startedAt: number;
  /** Undefined while it runs. Of a step that runs once per package, the end of the last one. */
  readonly finishedAt: number | undefined;
}

export interface ResourceProgress {
  readonly items: number;
  readonly startedAt: number;
  /** Undefined until all its rows are in. */
  readonly finishedAt: number | undefined;
}

/** How far one run got, folded from its events. */
export class RunProgress {
  readonly steps: Map<Step, StepProgress> = new Map();
  readonly resources: Map<string, ResourceProgress> = new Map();
  pipelineName = "";
  startedAt: number | undefined;
  finishedAt: number | undefined;
  outcome: "running" | "done" | "failed" | "cancelled" = "running";
  jobs = 0;
  finishedJobs = 0;
  readonly #normalizedRows = new Map<string, number>();

  get extractedRows(): number {
    let rows = 0;
    for (const { items } of this.resources.values()) rows += items;
    return rows;
  }

  get normalizedRows(): number {
    let rows = 0;
    for (const count of this.#normalizedRows.values()) rows += count;
    return rows;
  }

  normalizedRowsOf(loadId: string): number {
    return this.#normalizedRows.get(loadId) ?? 0;
  }

  /** The step that runs now, else the last one. */
  get step(): Step | undefined {
    const steps = [...this.steps];
    return (steps.find(([, { finishedAt }]) => finishedAt === undefined) ?? steps.at(-1))?.[0];
  }

  update(event: PipelineEvent): void {
    const at = event.at.getTime();
    // A call of a single step begins with the step.
    this.pipelineName = event.pipelineName;
    this.startedAt ??= at;
    switch (event.type) {
      case "run-completed":
        this.#end("done", at);
        break;
      case "run-failed":
        this.#end(event.error.code === "cancelled" ? "cancelled" : "failed", at);
        break;
      case "step-started":
        this.steps.set(event.step, { startedAt: this.steps.get(event.step)?.startedAt ?? at, finishedAt: undefined });
        this.jobs += event.jobs ?? 0;
        break;
      case "step-completed":
        this.steps.set(event.step, { startedAt: this.steps.get(event.step)?.startedAt ?? at, finishedAt: at });
        break;
      case "resource-progress":
        this.resources.set(event.resource, {
          items: event.items,
          startedAt: this.steps.get("extract")?.startedAt ?? at,
          finishedAt: event.isDone ? at : undefined,
        });
        break;
      case "normalize-progress":
        this.#normalizedRows.set(event.loadId, event.rows);
        break;
      case "job-completed":
        this.finishedJobs += 1;
        break;
      default:
    }
  }

  /** The call is over; a call of a single step says so by no event. */
  close(at: number): void {
    if (this.outcome !== "running") return;
    const isWhole = [...this.steps.values()].every(({ finishedAt }) => finishedAt !== undefined);
    this.#end(isWhole ? "done" : "failed", at);
  }

  #end(outcome: "done" | "failed" | "cancelled", at: number): void {
    this.outcome = outcome;
    this.finishedAt = at;
  }
}
