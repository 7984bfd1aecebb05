import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { Project } from "./project.ts";

const shop = `
import { pipeline, resource } from "leat";
import { duckdb } from "leat/destinations/duckdb";
export const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data", progress: "none" });
export const orders = resource("orders", function* ({ state }) {
  state.runs = (state.runs ?? 0) + 1;
  yield { run: state.runs };
});
`;

const files = {
  "shop.ts": shop,
  "run.ts": `import { orders, p } from "./shop.ts"; await p.run(orders);`,
  "extract.ts": `import { orders, p } from "./shop.ts"; await p.extract(orders);`,
};

describe("leat pipeline NAME sync", () => {
  let project: Project;
  let workingDir: string;
  const state = (): Record<string, unknown> => JSON.parse(readFileSync(join(workingDir, "state.json"), "utf8"));
  const content = (): unknown => {
    const { _local, ...document } = state();
    return { document, schemas: readdirSync(join(workingDir, "schemas")) };
  };

  beforeEach(async () => {
    project = new Project(files);
    workingDir = join(project.pipelinesDir, "shop");
    expect((await project.leat(["run", "run.ts"])).stderr).toBe("");
  });

  test("S22 rebuilds the working directory from the destination", async () => {
    const before = content();
    rmSync(workingDir, { recursive: true });
    const { code, stdout, stderr } = await project.leat(["pipeline", "shop", "sync", "--destination", "duckdb", "--dataset-name", "data"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      `Restored pipeline shop: state version 1 and schema shop of dataset data in ${join(project.dir, "shop.duckdb")}.\n`,
    );
    expect(content()).toEqual(before);
    await project.leat(["run", "run.ts"]);
    expect(await project.values("shop.duckdb", "SELECT run::INT FROM data.orders ORDER BY 1")).toEqual([1, 2]);
  });

  test("replaces a local copy after a question, and says what is lost", async () => {
    writeFileSync(join(workingDir, "state.json"), JSON.stringify({ ...state(), _state_version: 7, sources: {} }));
    const plan =
      `Pipeline shop: ${workingDir} is made anew from the destination, which stays as it is\n` +
      `  state version 7 gives way to state version 1 and schema shop of dataset data in ${join(project.dir, "shop.duckdb")}\n` +
      "  1 package kept here after the load, removed\n";
    const asked = await project.leat(["pipeline", "shop", "sync"]);
    expect(asked.code).toBe(2);
    expect(asked.stdout).toBe(plan);
    expect(asked.stderr).toContain("Nothing was changed: without a terminal to ask on");
    expect(state()["_state_version"]).toBe(7);
    const { code, stdout } = await project.leat(["pipeline", "shop", "sync", "-y"]);
    expect(code).toBe(0);
    expect(stdout).toContain(plan);
    expect(state()).toMatchObject({ _state_version: 1, sources: { shop: { resources: { orders: { runs: 1 } } } } });
    expect(readdirSync(join(workingDir, "load", "loaded"))).toEqual([]);
  });

  test("gives up packages that wait only when it said so", async () => {
    await project.leat(["run", "extract.ts"]);
    const [pending] = readdirSync(join(workingDir, "normalize", "extracted"));
    const asked = await project.leat(["pipeline", "shop", "sync"]);
    expect(asked.stdout).toContain(`  NOT LOADED YET, GIVEN UP: ${pending}\n  To load them instead run the pipeline first.`);
    expect(readdirSync(join(workingDir, "normalize", "extracted"))).toEqual([pending]);
    const { stdout } = await project.leat(["pipeline", "shop", "sync", "--yes", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      workingDir,
      destinationPlace: join(project.dir, "shop.duckdb"),
      datasetName: "data",
      stateVersion: 1,
      schemaNames: ["shop"],
      abortedLoadIds: [pending],
    });
    await project.leat(["run", "run.ts"]);
    expect(await project.values("shop.duckdb", "SELECT run::INT FROM data.orders ORDER BY 1")).toEqual([1, 2]);
  });

  test("repairs a local state that cannot be read", async () => {
    writeFileSync(join(workingDir, "state.json"), "{");
    const unknown = await project.leat(["pipeline", "shop", "sync", "-y"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("There is no readable local state of pipeline `shop`")]);
    const args = ["--destination", "duckdb", "--dataset-name", "data", "-y"];
    const { code, stdout } = await project.leat(["pipeline", "shop", "sync", ...args]);
    expect(code).toBe(0);
    expect(stdout).toContain("a state that cannot be read gives way to the stored one");
    expect(state()).toMatchObject({ _state_version: 1 });
    expect(readdirSync(workingDir).filter((name) => name.startsWith("state"))).toEqual(["state.json"]);
  });

  test.each([
    ["the database is gone", () => renameSync(join(project.dir, "shop.duckdb"), join(project.dir, "away")), 5, "There is no database file"],
    ["the database cannot be read", () => writeFileSync(join(project.dir, "shop.duckdb"), "no database"), 5, "is not a DuckDB database"],
  ])("keeps the local copy when %s", async (_, breakIt, exitCode, message) => {
    await project.leat(["run", "extract.ts"]);
    const before = [content(), readdirSync(join(workingDir, "normalize", "extracted"))];
    breakIt();
    const { code, stderr } = await project.leat(["pipeline", "shop", "sync", "-y"]);
    expect([code, stderr]).toEqual([exitCode, expect.stringContaining(message)]);
    expect([content(), readdirSync(join(workingDir, "normalize", "extracted"))]).toEqual(before);
  });

  test("keeps the local copy when the destination stores nothing of the pipeline", async () => {
    const before = content();
    const { code, stderr } = await project.leat(["pipeline", "shop", "sync", "-y", "--dataset-name", "other"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("Dataset `other`")]);
    expect(content()).toEqual(before);
  });

  test("says what to give where there is no local copy, and leaves none behind", async () => {
    const { code, stderr } = await project.leat(["pipeline", "unknown", "sync"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--destination")]);
    const failed = await project.leat(["pipeline", "unknown", "sync", "--destination", "duckdb"]);
    expect([failed.code, failed.stderr]).toEqual([5, expect.stringContaining("There is no database file")]);
    expect(existsSync(join(project.pipelinesDir, "unknown"))).toBe(false);
    expect(existsSync(join(project.dir, "unknown.duckdb"))).toBe(false);
  });
});
