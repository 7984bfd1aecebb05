// Prints `N passed, N failed` for JSON reports of vitest: `node scripts/print-summary.mjs <report>...`. Exits with 1 unless all passed.
// What ended before its tests ran (a file that does not import, a run without a report) counts as one that failed.
import { readFileSync } from "node:fs";

const reports = process.argv.slice(2).map(counts);
const sum = (key) => reports.reduce((total, report) => total + report[key], 0);
const [passed, failed] = [sum("passed"), sum("failed")];

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function counts(path) {
  const report = readReport(path);
  if (report === undefined) return { passed: 0, failed: 1 };
  const brokenFiles = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  const failed = report.numFailedTests + brokenFiles;
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed };
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
