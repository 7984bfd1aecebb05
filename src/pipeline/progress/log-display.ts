import type { Logger, PipelineEvent } from "../events.ts";
import type { Display } from "./display.ts";

export class LogDisplay implements Display {
  readonly #logger: Logger | undefined;

  constructor(logger: Logger | undefined) {
    this.#logger = logger;
  }

  readonly show = (event: PipelineEvent): void => {
    if (event.type === "warning") this.#logger?.warn(event.message);
  };

  close(): void {}
}
