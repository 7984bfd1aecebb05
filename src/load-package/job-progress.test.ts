import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir } from "../../test/temp-dir.ts";
import { clearProgress, jobProgress } from "./job-progress.ts";
import { PackageFolder } from "./package-folder.ts";

const newFolder = (): PackageFolder => {
  const dir = tempDir();
  return new PackageFolder(dir, join(dir, "1"), "1").create();
};

test("what was told last is there for the next process, for each job", () => {
  const folder = newFolder();
  const progress = jobProgress(folder, "a.0000000001.jsonl");
  expect(progress.done).toBe(0);
  progress.advance(10);
  progress.advance(20);
  expect([progress.done, jobProgress(folder, "a.0000000001.jsonl").done, jobProgress(folder, "b.0000000001.jsonl").done]).toEqual([
    20, 20, 0,
  ]);
});

test("all of a file is more than any number of rows", () => {
  const folder = newFolder();
  jobProgress(folder, "a.0000000001.csv").advance(Number.POSITIVE_INFINITY);
  expect(jobProgress(folder, "a.0000000001.csv").done).toBe(Number.POSITIVE_INFINITY);
});

test("of a line that breaks off the one before counts", () => {
  const folder = newFolder();
  const id = "a.0000000001.jsonl";
  jobProgress(folder, id).advance(10);
  appendFileSync(join(folder.path, ".progress", `${id}.progress`), "2");
  expect(jobProgress(folder, id).done).toBe(10);
});

test("a line after one that broke off counts for itself", () => {
  const folder = newFolder();
  const id = "a.0000000001.jsonl";
  jobProgress(folder, id).advance(10);
  appendFileSync(join(folder.path, ".progress", `${id}.progress`), "2");
  jobProgress(folder, id).advance(20);
  expect(jobProgress(folder, id).done).toBe(20);
});

test("also when what broke off is no number", () => {
  const folder = newFolder();
  const id = "a.0000000001.csv";
  jobProgress(folder, id).advance(10);
  appendFileSync(join(folder.path, ".progress", `${id}.progress`), "\nInfin");
  jobProgress(folder, id).advance(Number.POSITIVE_INFINITY);
  expect(jobProgress(folder, id).done).toBe(Number.POSITIVE_INFINITY);
});

test("nothing is kept of a package that was loaded, nor made for one that is not loaded in parts", () => {
  const folder = newFolder();
  jobProgress(folder, "a.0000000001.jsonl");
  expect(existsSync(join(folder.path, ".progress"))).toBe(false);
  jobProgress(folder, "a.0000000001.jsonl").advance(1);
  clearProgress(folder);
  expect(existsSync(join(folder.path, ".progress"))).toBe(false);
});
