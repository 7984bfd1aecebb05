import type { LoadJob } from "../load-job.ts";
import type { JobStatement } from "./dialect.ts";

/** Small files of one table load in one statement: each statement costs about as much as a few thousand rows. */
const maxGroupBytes = 16_000_000;
export const maxGroupFiles = 100;

/** Neighbours of the same table and format, in order. With `alone` every job is a group of its own. */
export function groupJobs(jobs: readonly LoadJob[], options: { readonly alone?: boolean } = {}): readonly (readonly LoadJob[])[] {
  if (options.alone) return jobs.map((job) => [job]);
  const groups: LoadJob[][] = [];
  let bytes = 0;
  for (const job of jobs) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const fits = last?.table === job.table && last.format === job.format && bytes + job.bytes <= maxGroupBytes;
    if (group !== undefined && fits && group.length < maxGroupFiles) {
      group.push(job);
      bytes += job.bytes;
    } else {
      groups.push([job]);
      bytes = job.bytes;
    }
  }
  return groups;
}

/** What goes to the database at once: the statements of neighbouring groups. */
export interface JobBatch {
  readonly groups: readonly (readonly LoadJob[])[];
  readonly statements: readonly JobStatement[];
}

/** A database answers a script of small statements sooner than each of them. */
const maxBatchBytes = 1_000_000;
const maxBatchGroups = 20;

/** Puts groups together as long as they are small and their statements are text. With `alone` every group is a batch of its own. */
export class JobBatches {
  readonly #isAlone: boolean;
  readonly #groups: (readonly LoadJob[])[] = [];
  readonly #statements: JobStatement[] = [];
  #bytes = 0;

  constructor(options: { readonly alone?: boolean } = {}) {
    this.#isAlone = options.alone === true;
  }

  /** Gives the batches that are complete now. */
  add(group: readonly LoadJob[], statements: readonly JobStatement[]): readonly JobBatch[] {
    const bytes = group.reduce((sum, job) => sum + job.bytes, 0);
    const isSmall = !this.#isAlone && statements.every((statement) => typeof statement === "string") && bytes <= maxBatchBytes;
    if (!isSmall) return [...this.end(), { groups: [group], statements }];
    const complete = this.#groups.length >= maxBatchGroups || this.#bytes + bytes > maxBatchBytes ? this.end() : [];
    this.#groups.push(group);
    this.#statements.push(...statements);
    this.#bytes += bytes;
    return complete;
  }

  /** The last batch, or none. */
  end(): readonly JobBatch[] {
    this.#bytes = 0;
    return this.#groups.length === 0 ? [] : [{ groups: this.#groups.splice(0), statements: this.#statements.splice(0) }];
  }
}
