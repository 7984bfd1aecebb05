import type { LocalPackage } from "../pipeline/local-packages.ts";
import { byteSize, count } from "../pipeline/print-infos.ts";
import { tableText } from "./table-text.ts";

type Job = LocalPackage["jobs"][number];

/** Jobs as a table, with the reason below those that failed. `withPaths` adds the files. */
export function jobLines(jobs: readonly Job[], { withPaths = false }: { readonly withPaths?: boolean } = {}): string[] {
  const table = tableText(jobs.map(jobCells), "    ");
  return jobs.flatMap((job, i) => [
    table[i]!,
    ...(withPaths && job.path !== undefined ? [`      ${job.path}`] : []),
    ...(job.failedMessage === undefined ? [] : indented(job.failedMessage)),
  ]);
}

function jobCells({ jobId, state, rows, bytes, path, retries }: Job): string[] {
  return [
    jobId,
    state,
    rows === undefined ? "" : count(rows, "row"),
    path === undefined ? "file not kept" : byteSize(bytes),
    retries === 0 ? "" : retriesText(retries),
  ];
}

export function retriesText(retries: number): string {
  return retries === 1 ? "1 retry" : `${retries} retries`;
}

export function indented(text: string): string[] {
  return text.split("\n").map((line) => `      ${line}`.trimEnd());
}
