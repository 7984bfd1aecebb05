import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { tempDir } from "../../../test/temp-dir.ts";
import { duckdb } from "../../destinations/duckdb/index.ts";
import { dummy } from "../../destinations/dummy/index.ts";
import { ConfigError } from "../../index.ts";
import { checkConformance } from "./check-conformance.ts";
import { destinationConformance } from "./destination-conformance.ts";
import { conformanceCases } from "./suite.ts";

const nothing = (): void => {};

describe("destinationConformance()", () => {
  test("makes a test of each clause with whatever function makes tests", () => {
    const names: string[] = [];
    destinationConformance({ open: () => dummy(), test: (name) => names.push(name) });
    expect(names).toEqual(conformanceCases.map(({ name }) => name));
  });

  test("skips what is asked for, by name or by group, and says why", async () => {
    const tests = new Map<string, (context: { skip(reason?: string): void }) => Promise<void>>();
    const skip = [
      { test: "merge", reason: "no time" },
      { test: "contract > says what it is", reason: "not now" },
    ];
    destinationConformance({ open: () => duckdb(":memory:"), skip, test: (name, run) => tests.set(name, run) });
    const reasons: unknown[] = [];
    for (const [name, run] of tests)
      if (name.startsWith("merge > ") || name === "contract > says what it is") await run({ skip: (reason) => reasons.push(reason) });
    expect(new Set(reasons)).toEqual(new Set(["no time", "not now"]));
    expect(reasons).toHaveLength(conformanceCases.filter(({ name }) => name.startsWith("merge > ")).length + 1);
  });

  test("refuses a test to skip that there is not, and one without a reason", () => {
    const skipping = (skip: { test: string; reason: string }) => () =>
      destinationConformance({ open: () => dummy(), skip: [skip], test: nothing });
    expect(skipping({ test: "merge > upserts", reason: "a typo" })).toThrow(/merge > upserts/);
    expect(skipping({ test: "merge > upsert", reason: " " })).toThrow(/no reason/);
  });

  test("takes the global `test` where there is one, and asks for that of vitest where there is none", () => {
    expect(() => destinationConformance({ open: () => dummy() })).toThrow(ConfigError);
    onTestFinished(() => void vi.unstubAllGlobals());
    const names: string[] = [];
    vi.stubGlobal("test", (name: string) => names.push(name));
    destinationConformance({ open: () => dummy() });
    expect(names).toHaveLength(conformanceCases.length);
  });

  test("runs under node:test, which hears of skips and failures", () => {
    const dir = tempDir();
    const source = (path: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, path)).href);
    const jiti = JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../../node_modules/jiti/lib/jiti.mjs")).href);
    writeFileSync(
      join(dir, "wrong.test.mjs"),
      `import { createJiti } from ${jiti};
      const jiti = createJiti(import.meta.url);
      const { destinationConformance } = await jiti.import(${source("destination-conformance.ts")});
      const { dummy } = await jiti.import(${source("../../destinations/dummy/index.ts")});
      destinationConformance({ open: () => ({ ...dummy(), dltType: "" }) });`,
    );
    const { VITEST: _, ...env } = process.env;
    let output = "";
    try {
      execFileSync(process.execPath, ["--test", "--test-reporter=tap", dir], {
        env: { ...env, NODE_TEST_CONTEXT: undefined },
        encoding: "utf8",
      });
    } catch (error) {
      output = (error as { stdout: string }).stdout;
    }
    expect(output).toContain("not ok 1 - contract > says what it is");
    expect(output).toContain("ok 2 - contract > has capabilities that leat understands");
    expect(output).toMatch(/rows > a second package is added to the first # SKIP rows cannot be read back/);
  });
});

describe("checkConformance()", () => {
  test("reports what passed, failed and was skipped, as data and as a table", async () => {
    const report = await checkConformance({
      open: () => ({ ...dummy(), dltType: "" }),
      only: ["contract"],
      skip: [{ test: "contract > opens several sessions at once", reason: "one is enough" }],
    });
    expect(report.passed).toBe(false);
    expect(report.results.map(({ outcome }) => outcome)).toEqual(["failed", "passed", "skipped", "skipped", "skipped", "skipped"]);
    expect(String(report)).toContain("FAIL  contract > says what it is: `dltType` has to be a text");
    expect(String(report)).toContain("ok    contract > has capabilities that leat understands\n");
    expect(String(report)).toContain("-     contract > opens several sessions at once: one is enough");
    expect(String(report)).toMatch(/\n1 passed, 1 failed, 4 skipped$/);
  });
});
