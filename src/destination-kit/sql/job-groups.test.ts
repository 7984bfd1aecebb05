import { expect, test } from "vitest";
import type { LoadJob } from "../load-job.ts";
import { groupJobs } from "./job-groups.ts";

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

let number = 0;

function job(table: string, bytes: number): LoadJob {
  number++;
  return { jobId: `${table}.${number}`, table, format: "parquet", path: `/${table}.${number}`, bytes };
}
