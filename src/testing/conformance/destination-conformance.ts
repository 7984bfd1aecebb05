import { createRequire } from "node:module";
import { ConfigError } from "../../core/errors.ts";
import type { ConformanceOptions } from "./conformance-options.ts";
import { checkSkips, conformanceCases, runCase } from "./suite.ts";

/** What a test runner calls a test with: vitest and node:test give it a way to say that it was skipped. */
interface TestContext {
  skip(reason?: string): void;
}

/** `test` of vitest, of node:test, of jest or of any runner that takes a name and a function. */
export type RegisterTest = (name: string, run: (context: TestContext) => Promise<void>) => unknown;

/** What is tried, and with which test runner. */
export interface DestinationConformanceOptions extends ConformanceOptions {
  /** The function that makes a test. Default the global `test`, where the runner has one, else that of node:test. Vitest without globals: `import { test } from "vitest"`. */
  readonly test?: RegisterTest;
}

/**
 * Makes a test of each clause that a destination has to keep. Its capabilities decide which concern it; the others are skipped, and say why.
 * Throws ConfigError for a test in `skip` that there is not, or that has no reason.
 */
export function destinationConformance(options: DestinationConformanceOptions): void {
  checkSkips(options);
  const test = options.test ?? testOfRunner();
  for (const each of conformanceCases)
    test(each.name, async (context) => {
      const { skipped } = await runCase(each, options);
      if (skipped === undefined) return;
      // Not all runners can be told in the middle of a test.
      if (typeof context?.skip === "function") context.skip(skipped);
      else console.log(`skipped: ${each.name}: ${skipped}`);
    });
}

function testOfRunner(): RegisterTest {
  const { test: found } = globalThis as { readonly test?: unknown };
  if (typeof found === "function") return withoutContext(found as RegisterTest);
  if (process.env["VITEST"] !== undefined)
    throw new ConfigError(
      'destinationConformance() needs the `test` of vitest: import { test } from "vitest"; destinationConformance({ test, … }).',
    );
  return (createRequire(import.meta.url)("node:test") as { readonly test: RegisterTest }).test;
}

/** Jest takes a parameter for a callback that says when the test is over. */
function withoutContext(test: RegisterTest): RegisterTest {
  return process.env["JEST_WORKER_ID"] === undefined ? test : (name, run) => test(name, () => run(undefined as never));
}
