/**
 * Every instant at which the crash tests kill the process. A name states what has just happened and what has not.
 * The sweep in `test/crash/` asserts that each of them is reached.
 */
export const crashPoints = [
  /** Rows are in the private package, its state and schema are not. */
  "extract:rows-written",
  /** The private package is whole and synced, not yet renamed. */
  "extract:before-commit",
  /** The package is extracted; the local state and schemas are those of before. */
  "extract:after-commit",
  /** Local state and schemas are those of the package. */
  "extract:state-saved",
  /** Some job files of the normalized package are written. */
  "normalize:jobs-written",
  /** The normalized package is whole and synced, not yet renamed. */
  "normalize:before-commit",
  /** Extracted and normalized package lie side by side. */
  "normalize:after-commit",
  /** The normalized package has taken the place of the extracted one; the local schema is that of before. */
  "normalize:extracted-discarded",
  /** Jobs are marked as started, the transaction is not open. */
  "load:jobs-started",
  /** The load transaction is open and holds all rows; no load record yet. */
  "load:in-transaction",
  /** The load record is written, COMMIT was not sent. */
  "load:before-commit",
  /** COMMIT succeeded; the package on disk still says that its jobs run. */
  "load:after-commit",
  /** The package is marked as loaded, but lies among the pending ones. */
  "load:before-move",
  /** The package lies among the loaded ones; the local state does not know that the first run is over. */
  "load:before-state-saved",
] as const;

export type CrashPoint = (typeof crashPoints)[number];

type CrashListener = (name: CrashPoint) => void;

let listener: CrashListener | undefined;

/** Marks an instant. Does nothing unless a test listens. */
export function crashPoint(name: CrashPoint): void {
  listener?.(name);
}

/** Calls `next` at every crash point; undefined ends that. For tests only. */
export function onCrashPoint(next: CrashListener | undefined): void {
  listener = next;
}
