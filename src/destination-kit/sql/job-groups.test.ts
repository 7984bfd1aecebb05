import { expect, test } from "vitest";
import type { LoadJob } from "../load-job.ts";
import { groupJobs, type JobBatch, JobBatches } from "./job-groups.ts";

test("small neighbours of one table and format are one group, in order", () => {
  const jobs = [job("a", 1), job("a", 1), job("b", 1), job("a", 1), { ...job("a", 1), format: "jsonl" }];
  expect(groupJobs(jobs)).toEqual([[jobs[0], jobs[1]], [jobs[2]], [jobs[3]], [jobs[4]]]);
});

test("a group ends before it gets large", () => {
  const [a, b, c] = [job("a", 10_000_000), job("a", 5_000_000), job("a", 5_000_000)];
  expect(groupJobs([a, b, c])).toEqual([[a, b], [c]]);
  const large = job("a", 1_000_000_000);
  expect(groupJobs([large, large])).toEqual([[large], [large]]);
});

test("a group has a hundred files at most", () => {
  expect(groupJobs(Array.from({ length: 250 }, () => job("a", 1))).map((group) => group.length)).toEqual([100, 100, 50]);
});

test("alone, every job is a group", () => {
  expect(groupJobs([job("a", 1), job("a", 1)], { alone: true }).map((group) => group.length)).toEqual([1, 1]);
});

test("small groups go to the database together, in order", () => {
  const [a, b, c, d] = [job("a", 600_000), job("b", 300_000), job("c", 200_000), job("d", 2_000_000)];
  expect(batchesOf([[a], [b], [c], [d], [a, b], [c]])).toEqual([
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [["c"], ["c"]],
    [["d"], ["d"]],
    [["a", "b"], ["a"]],
    [["c"], ["c"]],
  ]);
});

test("a batch has twenty groups at most; alone, each is its own", () => {
  const groups = Array.from({ length: 45 }, () => [job("a", 1)]);
  expect(batchesOf(groups).map(([tables]) => tables!.length)).toEqual([20, 20, 5]);
  expect(batchesOf(groups.slice(0, 3), { alone: true })).toHaveLength(3);
});

test("what takes more than a statement is a batch by itself", () => {
  const [a, b] = [job("a", 1), job("b", 1)];
  const batches = new JobBatches();
  expect(batches.add([a], ["a"])).toEqual([]);
  const copy = [{ copy: "b", path: b.path }];
  expect(batches.add([b], copy)).toEqual([
    { groups: [[a]], statements: ["a"] },
    { groups: [[b]], statements: copy },
  ]);
  expect(batches.end()).toEqual([]);
});

/** The tables of the jobs of each batch, and its statements: of each group the table of its first job. */
function batchesOf(groups: readonly LoadJob[][], options: { readonly alone?: boolean } = {}): string[][][] {
  const batches = new JobBatches(options);
  const made: JobBatch[] = groups.flatMap((group) => [...batches.add(group, [group[0]!.table])]);
  return [...made, ...batches.end()].map((batch) => [batch.groups.flat().map((one) => one.table), batch.statements.map(String)]);
}

let number = 0;

function job(table: string, bytes: number): LoadJob {
  number++;
  return { jobId: `${table}.${number}`, table, format: "parquet", path: `/${table}.${number}`, bytes };
}
