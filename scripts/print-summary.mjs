// Prints what failed and `N passed, N failed` for JSON reports of vitest: `node scripts/print-summary.mjs <report>...`. Exits with 1 unless all passed.
// What ended before its tests ran (a file that does not import, a run without a report) counts as one that failed.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

const most = 30;
const reports = process.argv.slice(2).map(readReport);
const passed = reports.reduce((sum, report) => sum + (report?.numPassedTests ?? 0), 0);
const failures = reports.flatMap(failuresOf);

for (const { name, error } of failures.slice(0, most)) console.log([`FAILED ${name}`, ...error].join("\n       "));
if (failures.length > most) console.log(`and ${failures.length - most} more that failed`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;

function failuresOf(report, index) {
  if (report === undefined)
    return [{ name: process.argv[2 + index], error: ["There is no such report, or it is no JSON: the run ended before its end."] }];
  const failed = report.testResults.flatMap((file) => failuresIn(file, relative(process.cwd(), file.name)));
  return failed.length === 0 && !report.success
    ? [{ name: process.argv[2 + index], error: ["The run failed, and no test of it."] }]
    : failed;
}

function failuresIn({ status, message, assertionResults }, file) {
  if (status === "failed" && assertionResults.length === 0) return [{ name: file, error: firstLines(message) }];
  return assertionResults
    .filter((one) => one.status === "failed")
    .map(({ ancestorTitles, title, failureMessages }) => ({
      name: [file, ...ancestorTitles, title].join(" > "),
      error: firstLines(failureMessages[0]),
    }));
}

/** The error without the way to it. */
function firstLines(text = "") {
  const lines = stripVTControlCharacters(text)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("at "));
  return lines.slice(0, 2).map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line));
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
