import { readdirSync, rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyProject, newFolder, pack, quickStart, run, runCode } from "../package/packed.ts";

// What a newcomer does, with npm and the registry. test/package has the same without them.

const folder = newFolder("tarball");
let project: string;

beforeAll(async () => {
  project = emptyProject("installed");
  await run(project, {}, "npm", "install", pack(folder).path, "--no-audit", "--no-fund");
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(project, { recursive: true });
});

test("npm install in an empty project, and the quick start runs", async () => {
  expect(await runCode(project, quickStart)).toContain("people__tags  2 rows");
  expect(readdirSync(project)).toContain("quick_start.duckdb");
});

test("npx leat is there", async () => {
  expect(await run(project, {}, "npx", "leat", "--version")).toMatch(/^leat \d+\.\d+\.\d+\n$/);
  expect(await run(project, {}, "npx", "leat", "pipeline", "-l")).toContain("quick_start");
});
