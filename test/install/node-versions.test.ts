import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { tempDir } from "../temp-dir.ts";

// The whole suite runs on the Node of this machine; on the others what could differ there: the language, timers, streams, `current` across await, the driver.
const smoke = ["test/e2e", "src/core", "src/extract", "src/drivers", "src/destinations"];

// Each takes one half of the files: what breaks on the newer ones breaks on both as a rule.
const versions = [
  ["22", "1/2"],
  ["24", "2/2"],
] as const;

test.each(versions)("the main job works on Node %s", { timeout: 1_200_000 }, (version, shard) => {
  const node = execFileSync("bash", ["scripts/node-env.sh", version], { encoding: "utf8" }).trim();
  expect(execFileSync(node, ["--version"], { encoding: "utf8" })).toMatch(new RegExp(`^v${version}\\.`));

  // On DuckDB alone: the server is the same for every Node.
  const { LEAT_TEST_ALL: _, LEAT_TEST_ADDED: __, LEAT_TEST_POSTGRES: ___, ...onDuckDb } = process.env;
  const vitest = ["node_modules/vitest/vitest.mjs", "run", ...smoke, `--shard=${shard}`, "--typecheck.enabled=false"];
  const tests = spawnSync(node, vitest, { encoding: "utf8", env: onDuckDb });
  expect(`${tests.stdout}${tests.stderr}`).not.toContain("FAIL");
  expect(tests.status).toBe(0);

  const cli = new URL("../../dist/cli/main.js", import.meta.url).pathname;
  const example = new URL("../../examples/chess/main.ts", import.meta.url).pathname;
  const cwd = tempDir();
  const env = { ...process.env, DLT_DATA_DIR: cwd, CHESS_PORT: `186${version}` };
  const run = spawnSync(node, [cli, "run", example], { cwd, env, encoding: "utf8" });
  expect(run.stderr).not.toContain("Error");
  expect(run.status).toBe(0);
});
