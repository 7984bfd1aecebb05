import { discardedText } from "../discarded-text.ts";
import type { Step } from "../errors.ts";
import type { PipelineEvent } from "../events.ts";
import { count } from "../print-infos.ts";
import type { Display } from "./display.ts";
import { elapsed } from "./elapsed.ts";
import { rowsPerSecond } from "./frame.ts";
import type { LogLevel, LogSink, Usage } from "./log-line.ts";
import { RunProgress } from "./run-progress.ts";

/** One counter gives a line at most so often. */
const everyMs = 5000;

interface Line {
  readonly level: LogLevel;
  readonly text: string;
  /** It says how busy the process is. */
  readonly showsUsage?: boolean;
}

type EventOf<Type extends PipelineEvent["type"]> = Extract<PipelineEvent, { readonly type: Type }>;

/** Shows a run as lines: one for every step and package, for a resource now and then and when it is done. */
export class LogDisplay implements Display {
  readonly #sink: LogSink;
  readonly #usage: (() => Usage) | undefined;
  readonly #progress = new RunProgress();
  /** When each step began; the steps that run once per package begin anew with each. */
  readonly #started = new Map<Step, number>();
  /** When each counter gave its last line. */
  readonly #lastLine = new Map<string, number>();
  #jobsBefore = { all: 0, finished: 0 };

  constructor(sink: LogSink, usage?: () => Usage) {
    this.#sink = sink;
    this.#usage = usage;
  }

  readonly show = (event: PipelineEvent): void => {
    if (event.type === "step-started") this.#begin(event);
    this.#progress.update(event);
    const line = this.#line(event);
    if (line === undefined) return;
    const { level, text, showsUsage = false } = line;
    this.#sink({ level, text, event, usage: showsUsage ? this.#usage?.() : undefined });
  };

  close(): void {}

  #begin(event: EventOf<"step-started">): void {
    this.#started.set(event.step, event.at.getTime());
    if (event.step === "load") this.#jobsBefore = { all: this.#progress.jobs, finished: this.#progress.finishedJobs };
  }

  #line(event: PipelineEvent): Line | undefined {
    switch (event.type) {
      case "step-started":
        return { level: "debug", text: `${stepName(event)} started` };
      case "step-completed":
        return this.#completed(event);
      case "resource-progress":
        if (event.isDone) return info(this.#resource(event));
        return this.#isDue(`resource ${event.resource}`, "extract", event) ? measured(this.#resource(event)) : undefined;
      case "normalize-progress":
        return this.#isDue("normalize", "normalize", event) ? measured(`normalize, ${count(event.rows, "row")} so far`) : undefined;
      case "job-completed":
        return this.#isDue("load", "load", event) ? measured(`load, ${this.#jobs()} so far`) : undefined;
      case "package-committed":
        return measured(`load took ${this.#took("load", event)}, ${this.#jobs()}, package ${event.loadId} committed`);
      case "row-discarded":
        return { level: "warn", text: discardedText(event) };
      case "warning":
        return { level: "warn", text: event.message };
      case "run-failed":
        return failed(event);
      default:
        return undefined;
    }
  }

  #completed(event: EventOf<"step-completed">): Line | undefined {
    const took = `${stepName(event)} took ${this.#took(event.step, event)}`;
    const progress = this.#progress;
    switch (event.step) {
      case "sync":
        return { level: "debug", text: took };
      case "extract":
        return measured(`${took}, ${count(progress.extractedRows, "row")} of ${count(progress.resources.size, "resource")}`);
      case "normalize":
        return measured(`${took}, ${count(progress.normalizedRowsOf(event.loadId ?? ""), "row")}`);
      case "load":
        // The line of the committed package says it.
        return undefined;
      default:
        return event.step satisfies never;
    }
  }

  #resource(event: EventOf<"resource-progress">): string {
    const text = `extract, ${event.resource}: ${count(event.items, "row")}`;
    if (event.isDone) return text;
    const rate = rowsPerSecond(this.#progress.resources.get(event.resource)!, event.at.getTime());
    return `${text} so far, ${rate.toLocaleString("en-US")} rows/s`;
  }

  /** Of the package at hand. */
  #jobs(): string {
    const { all, finished } = this.#jobsBefore;
    return `${this.#progress.finishedJobs - finished} of ${count(this.#progress.jobs - all, "job")}`;
  }

  #took(step: Step, event: PipelineEvent): string {
    return elapsed(event.at.getTime() - (this.#started.get(step) ?? event.at.getTime()));
  }

  /** The first line of a counter is due that long after its step began. */
  #isDue(counter: string, step: Step, event: PipelineEvent): boolean {
    const at = event.at.getTime();
    if (at - Math.max(this.#lastLine.get(counter) ?? 0, this.#started.get(step) ?? at) < everyMs) return false;
    this.#lastLine.set(counter, at);
    return true;
  }
}

function info(text: string): Line {
  return { level: "info", text };
}

function measured(text: string): Line {
  return { level: "info", text, showsUsage: true };
}

function stepName(event: { readonly step: Step; readonly loadId?: string }): string {
  return event.loadId === undefined ? event.step : `${event.step} of package ${event.loadId}`;
}

/** Without the message: that is thrown at the caller, who decides where it is printed. */
function failed({ error }: EventOf<"run-failed">): Line {
  if (error.code === "cancelled") return { level: "warn", text: "cancelled" };
  const cause = error.code === "step-failed" ? error.cause : error;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : error.code;
  return { level: "error", text: `failed [${code}]` };
}
