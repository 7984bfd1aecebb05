import type { Breathe } from "./breather.ts";
import type { GraphNode } from "./graph.ts";
import type { Limiter } from "./limiter.ts";
import type { Mark } from "./marked.ts";
import type { Running } from "./running.ts";

/** A row that is left out, and why. */
export interface DiscardedRow {
  readonly table: string;
  readonly reason: string;
}

/** What the nodes of one run share. */
export interface NodeEnvironment {
  readonly signal: AbortSignal;
  /** Promises and thunks in flight, over all resources. */
  readonly limiter: Limiter;
  readonly maxParallelItems: number;
  /** Asked wherever much may happen without an await. */
  readonly breathe: Breathe;
  /** What `current` and the context of a resource reach. */
  running(node: GraphNode, signal: AbortSignal): Running;
  /** Something in the data is worth a word. */
  warn?(code: string, message: string): void;
  /** JSON text is parsed in any case. */
  readonly asRows?: boolean;
  /** Ends the run: something failed that nobody waits for just now. */
  fail(error: unknown): void;
  /** Takes the finished rows of a resource that is loaded. */
  write(node: GraphNode, rows: readonly unknown[], mark: Mark | undefined): void | Promise<void>;
  /** A row did not fit the schema of its resource and is left out. */
  rowDiscarded?(node: GraphNode, discarded: DiscardedRow): void;
}
