/**
 * Every instant at which the crash tests kill the process. A name states what has just happened and what has not.
 * The sweep in `test/crash/` asserts that each of them is reached.
 */
export const crashPoints = [
  /** The lock's text is on disk under a private name; there is no lock yet. */
  "lock:draft-written",
  /** The stale lock of a dead process was taken aside; there is no lock. */
  "lock:stale-aside",
  /** The lock is held; folders and local state are as they were. */
  "lock:acquired",
  /** A file's new text lies beside the old one, not yet in its place. */
  "file:before-rename",
  /** The local schema is that of a package that a killed run left ahead; the local state is that of before. */
  "recover:schema-saved",
  /** The dataset is gone, and with it all that is kept about it, but for the local state. */
  "sync:before-state-forgotten",
  /** Local schemas are gone, those of the destination are not there yet; the local state is that of before. */
  "sync:schemas-removed",
  /** The local state is a blank one; schemas and packages of before lie beside it. */
  "restore:state-blank",
  /** Local schemas are those of the destination, the local state is a blank one. */
  "restore:schemas-written",
  /** Rows are in the private package, its state and schema are not. */
  "extract:rows-written",
  /** The private package is whole and synced, not yet renamed. */
  "extract:before-commit",
  /** The package is extracted; the local state and schemas are those of before. */
  "extract:after-commit",
  /** Local schemas are those of the package, the local state is that of before. */
  "extract:schemas-saved",
  /** Local state and schemas are those of the package. */
  "extract:state-saved",
  /** A run is about to be cut: rows of it are in a private package, and all generators stand at a `yield`. */
  "cut:at-rest",
  /** A package was cut off, local state and schemas are its; the private package behind it is empty. */
  "cut:made",
  /** Some job files of the normalized package are written. */
  "normalize:jobs-written",
  /** The normalized package is whole and synced, not yet renamed. */
  "normalize:before-commit",
  /** Extracted and normalized package lie side by side. */
  "normalize:after-commit",
  /** The normalized package has taken the place of the extracted one; the local schema is that of before. */
  "normalize:extracted-discarded",
  /** A new database has its content under a private name, not yet its own. */
  "database:before-rename",
  /** One job of several was moved to another state. */
  "load:job-moved",
  /** Jobs are marked as started, the transaction is not open. */
  "load:jobs-started",
  /** A transaction is open and holds rows of a package that is still extracted or normalized. */
  "load:early",
  /** The load transaction is open and holds all rows; no load record yet. */
  "load:in-transaction",
  /** The load record is written, COMMIT was not sent. */
  "load:before-commit",
  /** Without transactions: the dataset is there, tables are dropped and the schema is stored; no job is. */
  "load:prepared",
  /** A function has taken a batch; nothing says so yet. */
  "load:batch-sent",
  /** Without transactions: the rows of a job are stored, and the job on disk still says that it runs. */
  "load:job-stored",
  /** Without transactions: all rows are stored; no load record yet. */
  "load:before-record",
  /** COMMIT succeeded, or the load record is written; the package on disk still says that its jobs run. */
  "load:after-commit",
  /** All jobs are marked as completed; nothing says that the package is. */
  "load:jobs-completed",
  /** A job failed, and its package says why; the job itself is still marked as started. */
  "load:failure-noted",
  /** The package is in the destination, the files of its jobs are gone; it still lies among the pending ones. */
  "load:jobs-discarded",
  /** The package is marked as loaded, but lies among the pending ones. */
  "load:before-move",
  /** The package lies among the loaded ones; the local state does not know that the first run is over. */
  "load:before-state-saved",
  /** Local state and schemas are those of before the packages, which all still wait. */
  "abort:state-restored",
  /** Why a job is left out lies beside the place that it goes to; the job is still pending. */
  "fail-job:reason-noted",
  /** One of the packages is marked as aborted, but lies among the pending ones. */
  "abort:package-marked",
  /** One of the packages is gone, or lies among the loaded ones. */
  "abort:package-ended",
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
