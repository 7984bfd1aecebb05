import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, Project } from "./project.ts";

const prelude = `
import { pipeline, resource, LeatError } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const shop = (options = {}) => pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data", progress: "none", ...options });
const rows = [{ id: 1 }];
`;

/** A script for each class of failure. */
const failures: readonly (readonly [what: string, exitCode: number, errorCode: string, script: string])[] = [
  ["the user's own code", 1, "error", `throw new TypeError("mine");`],
  ["a setting", 2, "config", `shop({ name: "a/b" });`],
  [
    "the schema",
    3,
    "contract-violation",
    `await shop().run(rows, { tableName: "items" }); await shop().run([{ id: 1, more: 2 }], { tableName: "items", schemaContract: "freeze" });`,
  ],
  ["a source", 4, "resource-failed", `await shop().run(resource("items", () => { throw new Error("no such page"); }));`],
  [
    "a destination",
    5,
    "connection",
    `await shop({ destination: duckdb("no/such/folder/shop.duckdb") }).run(rows, { tableName: "items" });`,
  ],
  ["the state", 6, "state-invalid", `await shop().run(resource("items", ({ state }) => { state.call = () => 1; return rows; }));`],
  ["a cancellation", 7, "cancelled", `await shop().run(resource("items", () => rows), { signal: AbortSignal.abort() });`],
  ["a bug in leat", 70, "internal", `import { InternalError } from "leat"; throw new InternalError("This cannot be.");`],
];

describe("the exit code of a failure", () => {
  test.each(failures)("of %s is %i, and --json tells its code", async (_, exitCode, errorCode, script) => {
    const project = new Project({ "main.ts": `${prelude}${script}` });
    const { code, stdout } = await project.leat(["run", "--json", "main.ts"]);
    const { error } = JSON.parse(stdout) as {
      readonly error: { readonly code: string; readonly causes?: readonly { readonly code?: string }[] };
    };
    expect(code).toBe(exitCode);
    expect([error.code, ...(error.causes ?? []).map((cause) => cause.code)]).toContain(errorCode);
  });

  test("is 2 of a command line that makes no sense, and 0 of what is done", async () => {
    const project = new Project({ "main.ts": `${prelude} await shop().run(rows, { tableName: "items" });` });
    expect(await project.leat(["pipeline", "shop", "--nope", "--json"])).toMatchObject({ code: 2 });
    expect(await project.leat(["run", "main.ts"])).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("--json", () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "leat-test-"));
  let project: Project;

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    project = new Project(
      { "main.ts": `${prelude} await shop().run(resource("items", ({ state }) => { state.n = 1; return rows; }));` },
      folder,
    );
    expect(await project.leat(["run", "main.ts"])).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([
    "init -l",
    "init --list-destinations",
    "run main.ts",
    "telemetry",
    "pipeline -l",
    "pipeline shop",
    "pipeline shop info",
    "pipeline shop trace",
    "pipeline shop failed-jobs",
    "pipeline shop load-package",
    "pipeline shop load-package row-counts",
    "pipeline shop load-package job items",
    "pipeline shop abort-packages -y",
    "pipeline shop schema",
    "pipeline shop schema --format mermaid",
    "pipeline shop sync -y",
    "pipeline shop drop items --dry-run",
    "state get shop",
    "state get shop --remote",
    "state history shop",
    "state set shop sources.shop.resources.items.n 2 -y",
    "state diff shop",
    "state rollback shop --version 1 -y",
    "types shop",
    "--help",
    "--version",
  ])("of %s prints one document, and nothing else", async (words) => {
    const { code, stdout, stderr } = await project.leat([...words.split(" "), "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(typeof JSON.parse(stdout)).toBe("object");
  });

  test.each([
    "init nope",
    "run nope.ts",
    "pipeline",
    "pipeline nope info",
    "pipeline nope trace",
    "pipeline nope failed-jobs",
    "pipeline shop load-package 123",
    "pipeline shop load-package abort",
    "pipeline shop schema --format nope",
    "pipeline nope sync",
    "pipeline shop drop",
    "pipeline shop nope",
    "state get nope",
    "state set shop",
    "state rollback shop",
    "nope",
  ])("of %s, which is refused, prints one document with the error, and the exit code is 2", async (words) => {
    const ended: Ended = await project.leat([...words.split(" "), "--json"]);
    expect([ended.code, ended.stderr]).toEqual([2, ""]);
    expect(JSON.parse(ended.stdout)).toEqual({ error: expect.objectContaining({ code: expect.any(String), message: expect.any(String) }) });
  });
});
