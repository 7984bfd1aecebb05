import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { tempDir } from "../temp-dir.ts";

const script = fileURLToPath(new URL("../../scripts/print-summary.mjs", import.meta.url));

interface TestResult {
  readonly status: "passed" | "failed";
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly failureMessages: readonly string[];
}

const passed = (title: string): TestResult => ({ status: "passed", ancestorTitles: [], title, failureMessages: [] });
const failed = (title: string, message: string, ...ancestorTitles: string[]): TestResult => ({
  status: "failed",
  ancestorTitles,
  title,
  failureMessages: [message],
});

/** What vitest writes of a run of one file. */
function reportOf(
  assertionResults: readonly TestResult[],
  { message = "", success }: { message?: string; success?: boolean } = {},
): object {
  const count = (status: string): number => assertionResults.filter((one) => one.status === status).length;
  const isFailed = count("failed") > 0 || message !== "";
  return {
    numPassedTests: count("passed"),
    numFailedTests: count("failed"),
    success: success ?? !isFailed,
    testResults: [{ name: join(process.cwd(), "test", "one.test.ts"), status: isFailed ? "failed" : "passed", message, assertionResults }],
  };
}

function summaryOf(...reports: readonly (object | string)[]): { readonly lines: string[]; readonly code: number | null } {
  const dir = tempDir();
  const paths = reports.map((report, index) => {
    const path = join(dir, `${index}.json`);
    writeFileSync(path, typeof report === "string" ? report : JSON.stringify(report));
    return path;
  });
  const { stdout, status } = spawnSync(process.execPath, [script, ...paths], { encoding: "utf8" });
  return { lines: stdout.trimEnd().replaceAll(dir, "…").split("\n"), code: status };
}

test("tests of several runs are counted together", () => {
  expect(summaryOf(reportOf([passed("a"), passed("b")]), reportOf([passed("c")]))).toEqual({ lines: ["3 passed, 0 failed"], code: 0 });
});

test("what failed is told by its file, its whole title and the first lines of its error", () => {
  const error = "AssertionError: expected [ 1 ] to equal []\n\n\u001b[32m- Expected\u001b[39m\n+ Received\n    at one.test.ts:1:1";
  expect(summaryOf(reportOf([passed("a"), failed("does it", error, "a group", "inner")]), reportOf([passed("b")]))).toEqual({
    lines: [
      "FAILED test/one.test.ts > a group > inner > does it",
      "       AssertionError: expected [ 1 ] to equal []",
      "       - Expected",
      "2 passed, 1 failed",
    ],
    code: 1,
  });
});

test("a file that does not import, and a run without a report, are one failure each", () => {
  expect(summaryOf(reportOf([], { message: "SyntaxError: no\n at x" }), "cut o", reportOf([passed("a")], { success: false }))).toEqual({
    lines: [
      "FAILED test/one.test.ts",
      "       SyntaxError: no",
      "FAILED …/1.json",
      "       There is no such report, or it is no JSON: the run ended before its end.",
      "FAILED …/2.json",
      "       The run failed, and no test of it.",
      "1 passed, 3 failed",
    ],
    code: 1,
  });
});

test("of many failures thirty are named", () => {
  const many = Array.from({ length: 32 }, (_, index) => failed(`t${index}`, "Error: no"));
  const { lines } = summaryOf(reportOf(many));
  expect(lines.filter((line) => line.startsWith("FAILED"))).toHaveLength(30);
  expect(lines.slice(-2)).toEqual(["and 2 more that failed", "0 passed, 32 failed"]);
});

test("a run in which nothing passed has not succeeded", () => {
  expect(summaryOf(reportOf([]))).toEqual({ lines: ["0 passed, 0 failed"], code: 1 });
});
