import type { ConformanceOptions } from "./conformance-options.ts";
import { checkSkips, conformanceCases, runCase } from "./suite.ts";

/** What became of one clause. */
export interface ConformanceResult {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it was skipped. */
  readonly reason?: string;
  /** Why it failed. */
  readonly error?: unknown;
  readonly ms: number;
}

/** What became of all clauses. */
export interface ConformanceReport {
  /** None failed. */
  readonly passed: boolean;
  readonly results: readonly ConformanceResult[];
  /** A table for people. */
  toString(): string;
}

/** The same without a test runner: tries each clause, and reports. `only` picks some of them by name or group. Throws ConfigError as destinationConformance() does. */
export async function checkConformance(options: ConformanceOptions & { readonly only?: readonly string[] }): Promise<ConformanceReport> {
  checkSkips(options);
  const { only } = options;
  const results: ConformanceResult[] = [];
  for (const each of conformanceCases) {
    if (only !== undefined && !only.some((wanted) => each.name === wanted || each.name.startsWith(`${wanted} > `))) continue;
    const startedAt = performance.now();
    const outcome = await runCase(each, options).then(
      ({ skipped }) => (skipped === undefined ? ({ outcome: "passed" } as const) : ({ outcome: "skipped", reason: skipped } as const)),
      (error: unknown) => ({ outcome: "failed", error }) as const,
    );
    results.push({ name: each.name, ...outcome, ms: Math.round(performance.now() - startedAt) });
  }
  return { passed: results.every(({ outcome }) => outcome !== "failed"), results, toString: () => table(results) };
}

const marks = { passed: "ok  ", failed: "FAIL", skipped: "-   " } as const;

function table(results: readonly ConformanceResult[]): string {
  const lines = results.map(({ name, outcome, reason, error }) => {
    const why = reason ?? (error === undefined ? "" : error instanceof Error ? error.message : String(error));
    return `${marks[outcome]}  ${name}${why === "" ? "" : `: ${why.split("\n", 1)[0]}`}`;
  });
  const count = (wanted: ConformanceResult["outcome"]): number => results.filter(({ outcome }) => outcome === wanted).length;
  return [...lines, "", `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`].join("\n");
}
