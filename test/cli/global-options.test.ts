import { beforeEach, describe, expect, test } from "vitest";
import { type Ended, Project } from "./project.ts";

const shop = `
import { pipeline, resource } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data", progress: "none" });
`;

const files = {
  "run.ts": `${shop} await p.run(resource("orders", function* ({ state }) { state.cursor = 7; yield [{ id: 1 }, { id: 2 }]; }));`,
  "fail.ts": `${shop} await p.run(resource("orders", function* () { throw new TypeError("boom"); }));`,
};

describe("an option of every command", () => {
  let project: Project;

  beforeEach(async () => {
    project = new Project(files);
    expect(await project.leat(["run", "run.ts"])).toMatchObject({ code: 0, stderr: "" });
  });

  const stdoutOf = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await project.leat(args);
    expect([code, stderr]).toEqual([0, ""]);
    return stdout;
  };

  test("-v stands before the command, behind it, before and behind the operation, and is counted over all of them", async () => {
    const plain = await stdoutOf("pipeline", "shop", "info");
    const once = await stdoutOf("-v", "pipeline", "shop", "info");
    const twice = await stdoutOf("-vv", "pipeline", "shop", "info");
    expect([/cursor\W+7/.test(plain), /cursor\W+7/.test(once)]).toEqual([false, true]);
    expect([once.includes("_dlt_load_id"), twice.includes("_dlt_load_id")]).toEqual([false, true]);

    expect(await stdoutOf("pipeline", "-v", "shop", "info")).toBe(once);
    expect(await stdoutOf("pipeline", "shop", "-v", "info")).toBe(once);
    expect(await stdoutOf("pipeline", "shop", "info", "--verbose")).toBe(once);
    expect(await stdoutOf("-v", "pipeline", "shop", "info", "-v")).toBe(twice);
    expect(await stdoutOf("pipeline", "-v", "shop", "-v", "info")).toBe(twice);
    expect(await stdoutOf("-vvv", "pipeline", "shop", "info")).toBe(twice);
  });

  test("-v of run shows the steps of each run, too", async () => {
    const steps = /Steps\n.*extract: .*, 2 rows of 1 resource\n.*Settings\n/s;
    expect(await stdoutOf("run", "run.ts")).not.toMatch(steps);
    expect(await stdoutOf("run", "-v", "run.ts")).toMatch(steps);
    expect(await stdoutOf("-v", "run", "run.ts")).toMatch(steps);
  });

  test("-y answers what would be asked, wherever it stands", async () => {
    const drop = ["drop", "orders"];
    const asked = await project.leat(["pipeline", "shop", ...drop]);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes has to be given") });
    expect(await project.values("shop.duckdb", "SELECT id FROM data.orders ORDER BY id")).toEqual(["1", "2"]);

    for (const words of [
      ["-y", "pipeline", "shop", ...drop],
      ["pipeline", "--yes", "shop", ...drop],
      ["pipeline", "shop", "-y", ...drop],
      ["--non-interactive", "pipeline", "shop", ...drop, "--yes"],
      ["-y", "--json", "pipeline", "shop", ...drop],
    ]) {
      expect(await project.leat(words), words.join(" ")).toMatchObject({ code: 0 });
      await expect(project.values("shop.duckdb", "SELECT id FROM data.orders")).rejects.toThrow("does not exist");
      await stdoutOf("run", "run.ts");
    }
    expect(await project.leat(["-y", "state", "set", "shop", "sources.shop.resources.orders.cursor", "8"])).toMatchObject({ code: 0 });
    expect(await stdoutOf("state", "get", "shop", "sources.shop.resources.orders.cursor")).toBe("8\n");
  });

  test("--debug, before and behind the command, shows the stack of an error", async () => {
    const stack = /StepFailedError.*\n\s+at /;
    expect((await project.leat(["run", "fail.ts"])).stderr).not.toMatch(stack);
    expect((await project.leat(["--debug", "run", "fail.ts"])).stderr).toMatch(stack);
    expect((await project.leat(["run", "--debug", "fail.ts"])).stderr).toMatch(stack);
  });

  test("--non-interactive never asks: without --yes nothing is changed", async () => {
    for (const words of [
      ["--non-interactive", "pipeline", "shop", "drop", "orders"],
      ["pipeline", "shop", "drop", "orders", "--non-interactive"],
      ["state", "set", "shop", "sources.shop.resources.orders.cursor", "8", "--non-interactive"],
    ])
      expect(await project.leat(words), words.join(" ")).toMatchObject({ code: 2, stderr: expect.stringContaining("Nothing was changed") });
  });

  test("commands that have nothing more to show and nothing to ask take them as well", async () => {
    const plain = await stdoutOf("pipeline", "-l");
    expect(await stdoutOf("-vvv", "--yes", "--non-interactive", "pipeline", "-l")).toBe(plain);
    expect(await stdoutOf("telemetry", "-v", "-y", "--non-interactive", "--debug")).toBe("Telemetry is off: leat has none.\n");
    expect(await stdoutOf("init", "-l", "-v", "--non-interactive")).toContain("rows");
    expect(await stdoutOf("state", "-v", "get", "shop", "-y")).toContain("cursor");
  });
});

describe("an option of dlt that changes nothing", () => {
  const project = (): Project => new Project();

  test.each<[readonly string[], Ended]>([
    [["--disable-telemetry"], { code: 0, stdout: "Telemetry is off: leat has none.\n", stderr: "" }],
    [["--enable-telemetry"], { code: 0, stdout: "Telemetry is off: leat has none.\n", stderr: "" }],
    [["--enable-telemetry", "pipeline", "-l", "--pipelines-dir", "none"], told("Telemetry is off: leat has none.\n")],
    [
      ["--no-pwd", "pipeline", "-l", "--pipelines-dir", "none"],
      told("--no-pwd changes nothing: scripts find their modules as Node does.\n"),
    ],
  ])("is taken, and says so: %j", async (args, ended) => {
    expect(await project().leat(args)).toEqual({ ...ended, stdout: ended.stdout || expect.stringContaining("There are no pipelines") });
  });

  test("leaves a JSON document alone", async () => {
    const { code, stdout } = await project().leat(["--json", "--disable-telemetry", "--no-pwd", "telemetry"]);
    expect([code, JSON.parse(stdout)]).toEqual([0, { telemetry: false }]);
  });
});

function told(stderr: string): Ended {
  return { code: 0, stdout: "", stderr };
}
