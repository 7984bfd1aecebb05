import type { Cut } from "./cut.ts";

/** A package ends after so many rows or milliseconds of extract, whichever comes first. */
export type CommitEvery = { readonly rows: number; readonly ms?: number } | { readonly rows?: number; readonly ms: number };

/** Counts what was written since the last cut, and the time. */
export function cutter(every: CommitEvery, make: () => Promise<void>): Cut & { onWritten(rows: number): void } {
  const { rows: maxRows = Number.POSITIVE_INFINITY, ms: maxMs = Number.POSITIVE_INFINITY } = every;
  let rows = 0;
  let since = performance.now();
  return {
    onWritten: (more) => {
      rows += more;
    },
    isDue: () => rows >= maxRows || (maxMs !== Number.POSITIVE_INFINITY && performance.now() - since >= maxMs),
    make: async () => {
      await make();
      rows = 0;
      since = performance.now();
    },
  };
}
