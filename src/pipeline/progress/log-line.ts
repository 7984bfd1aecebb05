import type { Logger, PipelineEvent } from "../events.ts";

export type LogLevel = keyof Logger;

/** A line about an event. */
export interface LogLine {
  readonly level: LogLevel;
  /** Without the name of the pipeline. */
  readonly text: string;
  readonly event: PipelineEvent;
  /** What the process takes, where the line tells. */
  readonly usage?: Usage | undefined;
}

export type LogSink = (line: LogLine) => void;

export interface Usage {
  /** Of one core, since it was asked last. */
  readonly cpuPercent: number;
  /** All that the process holds. */
  readonly memoryBytes: number;
}

/** The line for a person or a logger. */
export function lineText({ event, text, usage }: LogLine): string {
  return `${event.pipelineName}: ${text}${usage === undefined ? "" : `, cpu ${usage.cpuPercent}%, ${Math.round(usage.memoryBytes / 1e6)} MB`}`;
}

/** Asked now and then, it says how busy this process was in between. */
export function processUsage(): () => Usage {
  let last = { at: performance.now(), cpu: process.cpuUsage() };
  return () => {
    const now = { at: performance.now(), cpu: process.cpuUsage() };
    const micros = now.cpu.user - last.cpu.user + now.cpu.system - last.cpu.system;
    const cpuPercent = Math.round(micros / 10 / Math.max(now.at - last.at, 1));
    last = now;
    return { cpuPercent, memoryBytes: process.memoryUsage.rss() };
  };
}
