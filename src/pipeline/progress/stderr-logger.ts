import type { Logger } from "../events.ts";

/** Lines on the standard error stream, with the time of day. */
export function stderrLogger(stream: { write(text: string): unknown }, now: () => Date): Logger {
  const line = (message: string): void => void stream.write(`${timeOfDay(now())} ${message}\n`);
  return { debug: line, info: line, warn: (message) => line(`warning: ${message}`), error: (message) => line(`error: ${message}`) };
}

function timeOfDay(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
