import type { LoadJob } from "../load-job.ts";

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
