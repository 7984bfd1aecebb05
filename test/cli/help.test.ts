import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Project } from "./project.ts";

describe("leat", () => {
  test("prints its help", async () => {
    const { code, stdout } = await new Project().leat(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot();
  });

  test("prints the help of run", async () => {
    expect((await new Project().leat(["run", "-h"])).stdout).toMatchInlineSnapshot();
  });

  test("prints the help of pipeline", async () => {
    expect((await new Project().leat(["pipeline", "-h"])).stdout).toMatchInlineSnapshot();
  });

  test("prints the operations on a pipeline, whether there is one or not", async () => {
    expect((await new Project().leat(["pipeline", "shop", "-h"])).stdout).toMatchInlineSnapshot();
  });

  test("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
    expect(await new Project().leat(["--version"])).toEqual({ code: 0, stdout: `leat ${version}\n`, stderr: "" });
  });

  test("starts without loading the pipeline or jiti", async () => {
    const project = new Project();
    project.write("loaded.mjs", hooks);
    const { stderr } = await project.leat(["--version"], { NODE_OPTIONS: "--no-warnings --import ./loaded.mjs" });
    const loaded = stderr.split("\n").filter((line) => line.startsWith("loaded "));
    expect(loaded.some((line) => line.endsWith("/dist/cli/program.js"))).toBe(true);
    expect(loaded.filter((line) => /jiti|duckdb|log-update|\/dist\/(pipeline|extract|destinations)\//.test(line))).toEqual([]);
  });
});

describe("a wrong command line", () => {
  test.each([
    [["bogus"], "error: unknown command 'bogus'\n"],
    [["run"], "error: missing required argument 'file'\n"],
    [["run", "--bogus", "x.ts"], "error: unknown option '--bogus'\n"],
    [["pipeline"], "error: which pipeline? Give its name, or --list-pipelines.\n"],
    [["pipeline", "shop", "bogus"], "error: there is no operation 'bogus' on a pipeline. There is info.\n"],
  ])("ends with code 2: %j", async (args, message) => {
    expect(await new Project().leat(args)).toEqual({ code: 2, stdout: "", stderr: message });
  });

  test("is a JSON document with --json", async () => {
    const { code, stdout, stderr } = await new Project().leat(["pipeline", "--json"]);
    const message = "which pipeline? Give its name, or --list-pipelines.";
    expect([code, JSON.parse(stdout), stderr]).toEqual([2, { error: { code: "usage", message } }, ""]);
  });

  test("without a command prints the help", async () => {
    const { code, stderr } = await new Project().leat([]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage: leat \[options\] COMMAND\n/);
  });
});

/** Names every module as it is loaded. */
const hooks = `
import { register } from "node:module";
const load = 'import { writeSync } from "node:fs"; export async function load(url, context, next) { writeSync(2, "loaded " + url + "\\\\n"); return next(url, context); }';
register("data:text/javascript," + encodeURIComponent(load));
`;
