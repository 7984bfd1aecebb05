import { discardedText } from "../discarded-text.ts";
import type { Logger, PipelineEvent } from "../events.ts";
import type { Display } from "./display.ts";
import { frame } from "./frame.ts";
import type { LiveRegion, Section } from "./live-region.ts";
import { type LogLevel, type LogSink, lineText } from "./log-line.ts";
import { fromLevel, loggerSink } from "./log-sinks.ts";
import { RunProgress } from "./run-progress.ts";

const maxResourcesAtOnce = 10;
const maxResourcesAtEnd = 30;

/** Shows a run as counters that change in place; how they stood at the end stays. */
export class LiveDisplay implements Display {
  readonly #region: LiveRegion;
  readonly #section: Section;
  readonly #warn: LogSink;
  readonly #now: () => Date;
  readonly #progress = new RunProgress();

  constructor(options: {
    readonly region: LiveRegion;
    readonly logger: Logger | undefined;
    readonly level: LogLevel | "none";
    readonly now: () => Date;
  }) {
    const { region, logger, level } = options;
    this.#region = region;
    this.#warn = fromLevel(level, logger === undefined ? (line) => region.print(`warning: ${lineText(line)}`) : loggerSink(logger));
    this.#now = options.now;
    this.#section = { lines: () => this.#lines(maxResourcesAtOnce) };
    this.#region.open(this.#section);
  }

  readonly show = (event: PipelineEvent): void => {
    this.#progress.update(event);
    if (event.type === "warning") this.#warn({ level: "warn", text: event.message, event });
    else if (event.type === "row-discarded") this.#warn({ level: "warn", text: discardedText(event), event });
  };

  close(): void {
    this.#progress.close(this.#now().getTime());
    this.#region.close(this.#section, this.#lines(maxResourcesAtEnd));
  }

  #lines(maxResources: number): string[] {
    return frame(this.#progress, { now: this.#now().getTime(), maxResources });
  }
}
