import type { Logger } from "../events.ts";
import type { Display } from "./display.ts";
import { LiveDisplay } from "./live-display.ts";
import { liveRegion } from "./live-region.ts";
import { LogDisplay } from "./log-display.ts";
import { type LogLevel, type LogSink, processUsage, type Usage } from "./log-line.ts";
import { fromLevel, jsonSink, loggerSink } from "./log-sinks.ts";
import { stderrLogger } from "./stderr-logger.ts";
import { isInteractive, type Terminal } from "./terminal.ts";

export interface DisplayOptions {
  readonly progress: "auto" | "bars" | "log" | "none";
  /** Gets lines and warnings. Default: lines on `terminal`. */
  readonly logger: Logger | undefined;
  /** What the operator says about lines; undefined: nothing. */
  readonly log?: LogSettings | undefined;
  readonly now: () => Date;
  /** Default the standard error stream: standard output belongs to the program. */
  readonly terminal?: Terminal;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default that of this process. */
  readonly usage?: () => Usage;
}

export interface LogSettings {
  /** Lines below are dropped. Default: on the standard error stream those for debugging, for a logger none, which has levels of its own. */
  readonly level?: LogLevel | "none" | undefined;
  /** Of lines on the standard error stream. */
  readonly format?: "text" | "json" | undefined;
}

/** The display that was asked for; `auto` is counters on a terminal, lines elsewhere and where they are to be JSON. */
export function progressDisplay(options: DisplayOptions): Display {
  const { progress, logger, log = {}, now, terminal = process.stderr, env = process.env } = options;
  const { level = logger === undefined ? "info" : "debug" } = log;
  if (progress === "none") return warningsOnly(options, level, terminal);
  const isLive =
    progress === "bars" ? terminal.isTTY === true : progress === "auto" && log.format !== "json" && isInteractive(terminal, env);
  if (isLive) return new LiveDisplay({ region: liveRegion(terminal), logger, level, now });
  return new LogDisplay(fromLevel(level, sinkOf(options, terminal)), options.usage ?? processUsage());
}

/** No progress; but what goes wrong is for a logger, or for the lines that the operator asked for. */
function warningsOnly(options: DisplayOptions, level: LogLevel | "none", terminal: Terminal): Display {
  const { logger, log = {} } = options;
  if (logger === undefined && log.level === undefined && log.format === undefined) return { show: () => {}, close: () => {} };
  return new LogDisplay(fromLevel("warn", fromLevel(level, sinkOf(options, terminal))));
}

function sinkOf({ logger, log, now }: DisplayOptions, terminal: Terminal): LogSink {
  if (logger !== undefined) return loggerSink(logger);
  return log?.format === "json" ? jsonSink(terminal) : loggerSink(stderrLogger(terminal, now));
}
