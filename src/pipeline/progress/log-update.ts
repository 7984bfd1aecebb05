import { createLogUpdate } from "log-update";
import type { Terminal } from "./terminal.ts";

export interface LogUpdate {
  /** In place of what was drawn before. */
  draw(text: string): void;
  erase(): void;
}

/** The cursor stays visible: hiding it would make the package listen to SIGINT, and then leat would take the program for one with its own listeners. */
export function openLogUpdate(terminal: Terminal): LogUpdate {
  const update = createLogUpdate(terminal as NodeJS.WriteStream, { showCursor: true });
  return { draw: (text) => update(text), erase: () => update.clear() };
}
