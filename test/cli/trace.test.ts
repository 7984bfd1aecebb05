import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { Project } from "./project.ts";

const shop = `
import { pipeline, resource } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data", progress: "none" });
`;

const files = {
  "run.ts": `${shop} await p.run([{ id: 1, tags: ["a"] }, { id: 2 }], { tableName: "orders" });`,
  "fail.ts": `${shop} await p.run(resource("orders", function* () { yield { id: 3 }; throw new TypeError("boom", { cause: "why" }); }));`,
};

describe("leat pipeline NAME trace", () => {
  let project: Project;
  const steady = (text: string): string =>
    text
      .replaceAll(project.dir, "<dir>")
      .replaceAll(/[0-9a-f]{32}/g, "<run id>")
      .replaceAll(/\b\d{10}\.\d{6}\b/g, "<load id>")
      .replaceAll(/[0-9a-f]{10}\.parquet/g, "<file id>.parquet")
      .replaceAll(/\d+(\.\d+)? (bytes|kB)/g, "<size>")
      .replaceAll(/\d+\.\d\d seconds/g, "<time>")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<when>");

  beforeEach(async () => {
    project = new Project(files);
    expect((await project.leat(["run", "run.ts"])).stderr).toBe("");
  });

  test("shows the steps of the last run", async () => {
    const { code, stdout, stderr } = await project.leat(["pipeline", "shop", "trace"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "Pipeline shop, run <run id>
        started  <when>
        took     <time>
        result   done
      Steps
        sync: <time>
        extract: <time>, 2 rows of 1 resource
        normalize of package <load id>: <time>, 3 rows
        load of package <load id>: <time>, 3 rows
      "
    `);
  });

  test("with -v shows rows, jobs and settings", async () => {
    const { stdout } = await project.leat(["pipeline", "-v", "shop", "trace"]);
    const [steps, settings] = steady(stdout).split("Settings\n");
    expect(settings).toMatch(/^ {2}destination\.duckdb\.credentials\.database +shop\.duckdb +code$/m);
    expect(steps).toMatchInlineSnapshot(`
      "Pipeline shop, run <run id>
        started  <when>
        took     <time>
        result   done
      Steps
        sync: <time>
        extract: <time>, 2 rows of 1 resource
          orders  2 rows  <size>
        normalize of package <load id>: <time>, 3 rows
          orders        2 rows
          orders__tags  1 row
        load of package <load id>: <time>, 3 rows
          orders        2 rows
          orders__tags  1 row
          _dlt_pipeline_state.<file id>.parquet  completed  <size>
          orders.<file id>.parquet               completed  <size>
          orders__tags.<file id>.parquet         completed  <size>
      "
    `);
  });

  test("shows why a run failed, with -vv where", async () => {
    expect((await project.leat(["run", "fail.ts"])).code).toBe(4);
    const { code, stdout } = await project.leat(["pipeline", "shop", "trace"]);
    expect(code).toBe(0);
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "Pipeline shop, run <run id>
        started  <when>
        took     <time>
        result   failed [resource-failed]
      Steps
        sync: <time>
        extract: <time>, failed [resource-failed]
      Error
        StepFailedError [step-failed]: Pipeline \`shop\` failed in step \`extract\`: Resource \`orders\` of source \`shop\` failed: boom. Nothing of this extract was kept, neither rows nor state: mend the cause and run again.
        error [error]: why
      "
    `);
    expect((await project.leat(["pipeline", "shop", "trace", "-vv"])).stdout).toMatch(/^ +at .*fail\.ts/m);
  });

  test("--json prints the trace as it is kept", async () => {
    const { stdout } = await project.leat(["pipeline", "shop", "trace", "--json"]);
    const { version, ...kept } = JSON.parse(readFileSync(join(project.pipelinesDir, "shop", "trace.json"), "utf8"));
    expect([version, JSON.parse(stdout)]).toEqual([1, kept]);
    expect(JSON.parse(stdout)).toMatchObject({ pipelineName: "shop", steps: [{ step: "sync" }, { step: "extract" }, {}, {}] });
  });

  test("says so where there is none, and leaves that of dlt alone", async () => {
    const unknown = await project.leat(["pipeline", "unknown", "trace"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("There is no pipeline `unknown`")]);
    const workingDir = join(project.pipelinesDir, "shop");
    rmSync(join(workingDir, "trace.json"));
    writeFileSync(join(workingDir, "trace.pickle"), "dlt");
    const none = await project.leat(["pipeline", "shop", "trace"]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("That of dlt (`trace.pickle`) is for `dlt pipeline NAME trace`")]);
    await project.leat(["run", "run.ts"]);
    expect(readFileSync(join(workingDir, "trace.pickle"), "utf8")).toBe("dlt");
  });
});
