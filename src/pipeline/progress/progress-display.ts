import type { Logger } from "../events.ts";
import type { Display } from "./display.ts";
import { LiveDisplay } from "./live-display.ts";
import { liveRegion } from "./live-region.ts";
import { LogDisplay } from "./log-display.ts";
import { stderrLogger } from "./stderr-logger.ts";
import { isInteractive, type Terminal } from "./terminal.ts";

export interface DisplayOptions {
  readonly progress: "auto" | "bars" | "log" | "none";
  /** Gets lines and warnings. Default: lines on `terminal`. */
  readonly logger: Logger | undefined;
  readonly now: () => Date;
  /** Default the standard error stream: standard output belongs to the program. */
  readonly terminal?: Terminal;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The display that was asked for; `auto` is counters on a terminal, lines elsewhere. */
export function progressDisplay(options: DisplayOptions): Display {
  const { progress, logger, now, terminal = process.stderr, env = process.env } = options;
  if (progress === "none") return warningsOnly(logger);
  const isLive = progress === "bars" ? terminal.isTTY === true : progress === "auto" && isInteractive(terminal, env);
  if (isLive) return new LiveDisplay({ region: liveRegion(terminal), logger, now });
  return new LogDisplay(logger ?? stderrLogger(terminal, now));
}

function warningsOnly(logger: Logger | undefined): Display {
  return {
    show: (event) => {
      if (event.type === "warning") logger?.warn(`${event.pipelineName}: ${event.message}`);
    },
    close: () => {},
  };
}
