import type { Logger, PipelineEvent } from "../events.ts";
import type { Display } from "./display.ts";
import { frame } from "./frame.ts";
import type { LiveRegion, Section } from "./live-region.ts";
import { RunProgress } from "./run-progress.ts";

const maxResourcesAtOnce = 10;
const maxResourcesAtEnd = 30;

/** Shows a run as counters that change in place; how they stood at the end stays. */
export class LiveDisplay implements Display {
  readonly #region: LiveRegion;
  readonly #section: Section;
  readonly #logger: Logger | undefined;
  readonly #now: () => Date;
  readonly #progress = new RunProgress();

  constructor(options: { readonly region: LiveRegion; readonly logger: Logger | undefined; readonly now: () => Date }) {
    this.#region = options.region;
    this.#logger = options.logger;
    this.#now = options.now;
    this.#section = { lines: () => this.#lines(maxResourcesAtOnce) };
    this.#region.open(this.#section);
  }

  readonly show = (event: PipelineEvent): void => {
    this.#progress.update(event);
    if (event.type !== "warning") return;
    const message = `${event.pipelineName}: ${event.message}`;
    if (this.#logger === undefined) this.#region.print(`warning: ${message}`);
    else this.#logger.warn(message);
  };

  close(): void {
    this.#progress.close(this.#now().getTime());
    this.#region.close(this.#section, this.#lines(maxResourcesAtEnd));
  }

  #lines(maxResources: number): string[] {
    return frame(this.#progress, { now: this.#now().getTime(), maxResources });
  }
}
