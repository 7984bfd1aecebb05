import { LeatError, PackageError } from "../core/errors.ts";

/** A file of a load package is missing or cannot be read. */
export class PackageCorruptError extends PackageError {
  readonly code = "package-corrupt" as const;
  /** The package that it belongs to. */
  readonly loadId: string;

  constructor(options: {
    readonly workingDir: string;
    readonly loadId: string;
    readonly path: string;
    readonly problem: string;
    readonly cause?: unknown;
  }) {
    super(
      `Load package \`${options.loadId}\` cannot be read: \`${options.path}\` ${options.problem}. ` +
        `Restore the file, or delete the folder of the package (its rows are then extracted again where the source still has them).`,
      options,
    );
    this.loadId = options.loadId;
  }
}

/** Packages wait to be loaded, and what was asked for would be wrong before or beside them. */
export class PackagePendingError extends PackageError {
  readonly code = "package-pending" as const;
  /** Oldest first. */
  readonly loadIds: readonly string[];

  constructor(options: {
    readonly workingDir: string;
    readonly pipelineName: string;
    readonly loadIds: readonly string[];
    /** Default: why the state cannot be changed now. */
    readonly reason?: string;
  }) {
    const { pipelineName, loadIds, reason = "they hold the state and the tables as they are now" } = options;
    super(
      `Pipeline \`${pipelineName}\` has packages that are not loaded yet (${loadIds.join(", ")}): ${reason}. ` +
        `Nothing was changed. Load them with run(), or normalize() and load(); or give them up with abortPackages(), or \`leat pipeline ${pipelineName} abort-packages\`.`,
      options,
    );
    this.loadIds = loadIds;
  }
}

/** Something on disk was written by a newer version of leat or dlt. */
export class VersionTooNewError extends PackageError {
  readonly code = "version-too-new" as const;
  /** The version that was found. */
  readonly version: number;

  constructor(options: {
    readonly workingDir: string;
    readonly what: string;
    readonly version: number;
    readonly supported: number | string;
    readonly cause?: unknown;
  }) {
    super(
      `${options.what} was written by a newer version: it has version ${options.version}, this leat knows up to ${options.supported}. ` +
        `Update leat here, or finish with the version that wrote it. Nothing was changed.`,
      options,
    );
    this.version = options.version;
  }
}

/** Another process runs the pipeline. */
export class PipelineLockedError extends PackageError {
  readonly code = "pipeline-locked" as const;
  /** The id of the process that has it; of one elsewhere it means nothing here. */
  readonly ownerPid: number;

  /** `elsewhere`: on another machine or container that shares the folder; it counts as gone when it gave no sign for so long. */
  constructor(options: {
    readonly workingDir: string;
    readonly pipelineName: string;
    readonly ownerPid: number;
    readonly since: string;
    readonly elsewhere?: { readonly host: string; readonly leaseSeconds: number };
  }) {
    const { workingDir, pipelineName, ownerPid, since, elsewhere } = options;
    const place = elsewhere === undefined ? "" : ` on \`${elsewhere.host}\``;
    const lease =
      elsewhere === undefined
        ? ""
        : ` If it was killed, the lock is taken over ${elsewhere.leaseSeconds} seconds after its last sign of life.`;
    super(
      `Pipeline \`${pipelineName}\` is running in process ${ownerPid}${place} since ${since}. ` +
        `Wait for it or stop it; give this run another name or \`pipelinesDir\` if both should run at once.${lease} Lock: ${workingDir}.`,
      { workingDir, retryable: true },
    );
    this.ownerPid = ownerPid;
  }
}

/** The working directory cannot be written or read: the disk is full or read-only, or rights are missing. */
export class WorkingDirError extends PackageError {
  readonly code = "working-dir" as const;
  /** The file or folder that failed. */
  readonly path: string;

  constructor(options: {
    readonly workingDir: string;
    readonly path: string;
    readonly problem: string;
    readonly advice: string;
    readonly cause: unknown;
    /** Default: the file cannot be written. */
    readonly action?: "read" | "write";
  }) {
    const { action = "write" } = options;
    super(`Cannot ${action} \`${options.path}\`: ${options.problem}. ${options.advice}`, { ...options, retryable: action === "write" });
    this.path = options.path;
  }
}

const problems: Readonly<Record<string, readonly [problem: string, advice: string]>> = {
  ENOSPC: ["the disk is full", "Free some space and run again."],
  EDQUOT: ["the disk quota is used up", "Free some space and run again."],
  EFBIG: ["the file would pass the file size limit of this process", "Raise the limit (`ulimit -f`) and run again."],
  EROFS: ["the file system is read-only", "Choose a writable folder with `pipelinesDir` or DLT_DATA_DIR."],
  EACCES: ["permission denied", "Give this user the right to write there, or choose another folder with `pipelinesDir` or DLT_DATA_DIR."],
  EPERM: [
    "the operation is not permitted",
    "Give this user the right to write there, or choose another folder with `pipelinesDir` or DLT_DATA_DIR.",
  ],
  ENOTDIR: ["a part of the path is not a folder", "Choose another folder with `pipelinesDir` or DLT_DATA_DIR."],
  EEXIST: ["something of that name is in the way", "Move it away, or choose another folder with `pipelinesDir` or DLT_DATA_DIR."],
  EISDIR: ["a folder is in the way", "Move it away, or choose another folder with `pipelinesDir` or DLT_DATA_DIR."],
  EIO: ["the disk reports an error", "Check the disk, then run again."],
  ENFILE: ["too many files are open on this machine", "Close some programs and run again."],
  ENAMETOOLONG: [
    "the name is longer than the file system takes, and job files are named after their table",
    "Give the table a shorter name with `tableName`, or keep deep lists as JSON with `maxTableNesting`.",
  ],
  EMFILE: ["too many files are open", "Raise the limit (`ulimit -n`) and run again."],
};

/** Runs file work; an error of the disk becomes a WorkingDirError. Errors of leat and others pass as they are. */
export function guardDisk<T>(workingDir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asDiskError(workingDir, error);
  }
}

export function asDiskError(workingDir: string, error: unknown): unknown {
  if (LeatError.is(error) || !(error instanceof Error)) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : problems[code];
  if (known === undefined) return error;
  return new WorkingDirError({ workingDir, path: path ?? workingDir, problem: known[0], advice: known[1], cause: error });
}
