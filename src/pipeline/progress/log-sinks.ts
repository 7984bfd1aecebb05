import type { Logger, PipelineEvent } from "../events.ts";
import { type LogLevel, type LogLine, type LogSink, lineText } from "./log-line.ts";

const levels: readonly (LogLevel | "none")[] = ["debug", "info", "warn", "error", "none"];

/** Drops the lines below a level. */
export function fromLevel(least: LogLevel | "none", sink: LogSink): LogSink {
  return (line) => {
    if (levels.indexOf(line.level) >= levels.indexOf(least)) sink(line);
  };
}

/** Text to a logger: that of the user, or ours. */
export function loggerSink(logger: Logger): LogSink {
  return (line) => logger[line.level](lineText(line));
}

/** One JSON document per line. */
export function jsonSink(stream: { write(text: string): unknown }): LogSink {
  return (line) => void stream.write(`${JSON.stringify(jsonLine(line))}\n`);
}

function jsonLine({ level, text, event, usage }: LogLine): object {
  return {
    time: event.at.toISOString(),
    level,
    pipeline: event.pipelineName,
    runId: event.runId,
    message: text,
    event: event.type,
    ...fieldsOf(event),
    ...usage,
  };
}

/** What a line is searched and counted by. */
function fieldsOf(event: PipelineEvent): object {
  switch (event.type) {
    case "step-started":
    case "step-completed":
      return { step: event.step, ...loadIdOf(event) };
    case "resource-progress":
      return { resource: event.resource, items: event.items, isDone: event.isDone };
    case "normalize-progress":
      return { loadId: event.loadId, rows: event.rows };
    case "warning":
      return { code: event.code };
    case "run-failed":
      return { code: event.error.code, error: event.error.message };
    default:
      return loadIdOf(event);
  }
}

function loadIdOf(event: PipelineEvent): { readonly loadId?: string } {
  return "loadId" in event && event.loadId !== undefined ? { loadId: event.loadId } : {};
}
