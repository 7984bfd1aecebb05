import type { GraphNode } from "./graph.ts";

/** How a run is cut into packages. */
export interface Cut {
  /** Enough was written since the last cut, or enough time went by. Asked after each item. */
  isDue(): boolean;
  /** Takes what is written as a package. Nothing of the run moves meanwhile. */
  make(): Promise<void>;
}

/** When a run ends before its resources do. */
export interface TimeLimit {
  /** From the beginning of the run. */
  readonly ms: number;
  /** A resource whose part would be wrong is read to its end. */
  mayEnd(root: GraphNode): boolean;
  /** A resource was ended, and may have rows left. */
  onEnded(root: GraphNode): void;
}
