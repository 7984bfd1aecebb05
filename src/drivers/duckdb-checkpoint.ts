import { setTimeout } from "node:timers/promises";
import type { DuckDBConnection, DuckDBPendingResult } from "@duckdb/node-api";

/** After so long the thread that asks takes part, too. */
const longestMs = 10_000;

/**
 * Writes what is committed from the log into the file. A thread of DuckDB does it: who asks for the result meanwhile looks for work without a pause, which takes
 * a whole core for as long as it lasts, and the thread that works is slower for it. Throws what DuckDB throws.
 */
export async function checkpoint(connection: DuckDBConnection): Promise<void> {
  if (!(await hasThreads(connection))) return void (await connection.run("CHECKPOINT"));
  const pending = await connection.start("CHECKPOINT");
  const isRunning = await runningTest(pending);
  const end = performance.now() + longestMs;
  while (isRunning() && performance.now() < end) await setTimeout(1);
  await pending.getResult();
}

/** Besides those of the program that wait for a result. */
async function hasThreads(connection: DuckDBConnection): Promise<boolean> {
  const asked = await connection.runAndReadAll("SELECT current_setting('threads') > current_setting('external_threads')");
  return asked.getRows()[0]?.[0] === true;
}

interface Bindings {
  readonly PendingState: { readonly RESULT_NOT_READY: number; readonly NO_TASKS_AVAILABLE: number };
  pending_execute_check_state(pending: unknown): number;
}

/** The package would do a part of the work to find out. */
async function runningTest(pending: DuckDBPendingResult): Promise<() => boolean> {
  const bindings = (await import("./duckdb-bindings.ts")).default as Bindings;
  const { RESULT_NOT_READY, NO_TASKS_AVAILABLE } = bindings.PendingState;
  const { pending_result: asked } = pending as unknown as { readonly pending_result: unknown };
  return () => [RESULT_NOT_READY, NO_TASKS_AVAILABLE].includes(bindings.pending_execute_check_state(asked));
}
