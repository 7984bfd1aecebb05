import { DestinationError } from "../core/errors.ts";
import type { LoadJob, LoadJobInfo } from "./load-job.ts";

interface FailureOptions {
  /** Name of the destination. */
  readonly destination: string;
  readonly cause?: unknown;
  readonly retryable?: boolean;
}

/** The destination cannot be reached or opened. The message says what to do. */
export class ConnectionError extends DestinationError {
  readonly code = "connection" as const;
}

/** A file could not be loaded; nothing of its package is visible. */
export class LoadJobFailedError extends DestinationError {
  readonly code = "load-job-failed" as const;
  /** The package of the job. */
  readonly loadId: string;
  /** The job, with why it failed in `failedMessage`. */
  readonly job: LoadJobInfo;
  readonly #isPartial: boolean;

  constructor(
    reason: string,
    options: FailureOptions & {
      readonly loadId: string;
      readonly job: LoadJob | LoadJobInfo;
      /** Other jobs of the package may be stored. */
      readonly isPartial?: boolean;
    },
  ) {
    const { job, loadId, isPartial = false } = options;
    const stored = isPartial
      ? `Package \`${loadId}\` does not count yet, jobs of it may be stored.`
      : `Nothing of package \`${loadId}\` was stored.`;
    super(
      `Job \`${job.jobId}\` did not load into table \`${job.table}\` of \`${options.destination}\`: ${reason} ${stored} The file is \`${job.path}\`.`,
      options,
    );
    this.loadId = loadId;
    this.#isPartial = isPartial;
    this.job = { retries: 0, ...job, state: "failed", failedMessage: reason };
  }

  /** The same failure of the job as it lies in its package now. @internal */
  of(job: LoadJobInfo): LoadJobFailedError {
    const { destination, loadId, cause, retryable } = this;
    return new LoadJobFailedError(this.job.failedMessage ?? "", { destination, loadId, cause, retryable, job, isPartial: this.#isPartial });
  }
}

/** A table or dataset that a query names does not exist. */
export class UndefinedRelationError extends DestinationError {
  readonly code = "undefined-relation" as const;
  /** The table, or the dataset, that is not there. */
  readonly relation: string;

  constructor(relation: string, options: FailureOptions & { readonly advice?: string | undefined }) {
    const { advice = "Load it first, or check its name." } = options;
    super(`\`${relation}\` does not exist in \`${options.destination}\`. ${advice}`, options);
    this.relation = relation;
  }
}

/** The destination cannot do what is asked of it. */
export class UnsupportedError extends DestinationError {
  readonly code = "unsupported" as const;
}

/** The package that talks to the destination is not installed. */
export class MissingDriverError extends DestinationError {
  readonly code = "missing-driver" as const;
  /** Several are separated by spaces. */
  readonly packageName: string;

  constructor(
    packageName: string,
    options: FailureOptions & {
      /** Who needs it; default the destination. */
      readonly what?: string;
      /** A package that does as well. */
      readonly alternative?: string | undefined;
    },
  ) {
    const names = packageName.split(" ").map((name) => `\`${name}\``);
    const what = names.length === 1 ? `the package ${names[0]}. Install it` : `the packages ${names.join(", ")}. Install them`;
    const instead = options.alternative === undefined ? "" : ` (\`${options.alternative}\` does as well)`;
    super(`${options.what ?? `Destination \`${options.destination}\``} needs ${what}: npm install ${packageName}${instead}`, options);
    this.packageName = packageName;
  }
}
