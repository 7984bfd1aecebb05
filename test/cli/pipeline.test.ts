import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFixture } from "../fixtures.ts";
import { Project } from "./project.ts";

const shop = `
import { pipeline, resource, current, Decimal } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data", progress: "none" });
const orders = resource("orders", async function* ({ state }) {
  state["cursor"] = new Date("2026-01-02T03:04:05Z");
  current.sourceState()["rate"] = new Decimal("2.50");
  yield { id: 1, lines: [{ sku: "a", price: 1.5 }] };
});
`;

/** Of the tests that only look. */
let shared: Project;
let removeShared: () => void;

beforeAll(async () => {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), "leat-test-"));
  removeShared = () => rmSync(dir, { recursive: true, force: true });
  shared = new Project({ "main.ts": `${shop} await p.run([orders, resource("people", [{ name: "Ada" }])]);` }, dir);
  await shared.leat(["run", "main.ts"]);
});

afterAll(() => removeShared());

describe("leat pipeline NAME info", () => {
  test("shows what this machine knows of a pipeline", async () => {
    const { code, stdout, stderr } = await shared.leat(["pipeline", "shop", "info"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(steady(stdout, shared)).toMatchInlineSnapshot(`
      "Pipeline shop
        working directory  <dir>/home/pipelines/shop
        destination        duckdb
        dataset            data
        default schema     shop
        state              version 1, <hash>
        first run          no
      Schemas
        shop: version 2, <hash>
          orders  2 tables  with state
          people  1 table
      Sources in the state
        shop
          (shared)  rate
          orders    cursor
      Load packages
        pending      none
        last loaded  <load id> (<time>), schema shop, 4 jobs
      "
    `);
  });

  test("is what a name alone shows", async () => {
    expect((await shared.leat(["pipeline", "shop"])).stdout).toBe((await shared.leat(["pipeline", "shop", "info"])).stdout);
  });

  test("S39 shows every slot of the state with -v, before and after the name", async () => {
    const { stdout } = await shared.leat(["pipeline", "-v", "shop", "info"]);
    expect(steady(stdout, shared)).toContain(
      [
        "Sources in the state",
        "  shop",
        "    (shared)",
        "      {",
        '        "rate": "2.5"',
        "      }",
        "    orders",
        "      {",
        '        "cursor": "2026-01-02T03:04:05+00:00"',
        "      }",
      ].join("\n"),
    );
    expect((await shared.leat(["pipeline", "shop", "info", "-v"])).stdout).toBe(stdout);
  });

  test("shows the columns of all tables with -vv", async () => {
    const { stdout } = await shared.leat(["pipeline", "-v", "shop", "info", "-v"]);
    expect(stdout).toContain(
      [
        "    orders__lines (nested in orders)",
        "      sku             text",
        "      price           double",
        "      _dlt_parent_id  text    not null, parent_key",
      ].join("\n"),
    );
    expect((await shared.leat(["pipeline", "-vv", "shop"])).stdout).toBe(stdout);
  });

  test("S40 is a document with --json; the sources are those of the state", async () => {
    const { stdout } = await shared.leat(["pipeline", "shop", "info", "--json"]);
    const info = JSON.parse(stdout) as { sources: object; schemas: { tables: object }[]; lastLoadedPackage: { jobs: { table: string }[] } };
    expect(info).toMatchObject({
      name: "shop",
      firstRun: false,
      state: { dataset_name: "data", destination_type: "dlt.destinations.duckdb" },
      pendingPackages: [],
      lastLoadedPackage: { state: "loaded", schemaName: "shop" },
    });
    expect(info.sources).toEqual({ shop: { rate: "2.5", resources: { orders: { cursor: "2026-01-02T03:04:05+00:00" } } } });
    expect(Object.keys(info.schemas[0]!.tables)).toEqual(expect.arrayContaining(["orders", "orders__lines", "people"]));
    expect(info.lastLoadedPackage.jobs.map(({ table }) => table).sort()).toEqual([
      "_dlt_pipeline_state",
      "orders",
      "orders__lines",
      "people",
    ]);
  });

  test("shows packages that wait", async () => {
    const project = new Project({ "main.ts": `${shop} await p.extract(orders); await p.normalize(); await p.extract(orders);` });
    await project.leat(["run", "main.ts"]);
    const { stdout } = await project.leat(["pipeline", "shop"]);
    expect(steady(stdout, project)).toContain(
      [
        "Load packages",
        "  pending      <load id> (<time>), schema shop, 3 jobs  normalized",
        "  pending      <load id> (<time>), schema shop, 1 job   extracted",
        "  last loaded  none",
      ].join("\n"),
    );
    expect(stdout).toContain("first run          yes: nothing was loaded or restored here yet");
  });

  test("opens no destination and writes no file", async () => {
    writeFileSync(join(shared.dir, "shop.duckdb"), "not a database");
    const before = tree(shared.pipelinesDir);
    expect((await shared.leat(["pipeline", "-vv", "shop"])).code).toBe(0);
    expect(tree(shared.pipelinesDir)).toEqual(before);
  });

  test.each(Object.keys(workdirSteps()))("reads a folder that dlt wrote: %s", async (step) => {
    const project = new Project();
    writeDltFolder(join(project.pipelinesDir, "workdir_demo"), step);
    const { code, stdout } = await project.leat(["pipeline", "workdir_demo"]);
    expect(code).toBe(0);
    expect(stdout.replaceAll(project.dir, "<dir>")).toMatchSnapshot();
  });

  test("names the pipelines there are when there is none of that name", async () => {
    const { code, stderr } = await shared.leat(["pipeline", "shpo", "info"]);
    expect(code).toBe(2);
    expect(steady(stderr, shared)).toBe(
      "error: There is no pipeline `shpo` in `<dir>/home/pipelines`. There is shop. Another folder can be given with --pipelines-dir.\n[config] --debug shows the stack.\n",
    );
  });

  test("refuses a folder of a newer version", async () => {
    const project = new Project();
    const workingDir = join(project.pipelinesDir, "workdir_demo");
    writeDltFolder(workingDir, "3_after_load");
    const path = join(workingDir, "state.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"_state_engine_version":4', '"_state_engine_version":5'));
    const { code, stdout } = await project.leat(["pipeline", "workdir_demo", "--json"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([6, { error: { code: "version-too-new", version: 5 } }]);
  });
});

describe("leat pipeline --list-pipelines", () => {
  test("lists leat's and dlt's pipelines", async () => {
    const project = new Project();
    cpSync(shared.pipelinesDir, project.pipelinesDir, { recursive: true });
    writeDltFolder(join(project.pipelinesDir, "workdir_demo"), "2_after_normalize");
    mkdirSync(join(project.pipelinesDir, "no_pipeline"));
    const { code, stdout } = await project.leat(["pipeline", "-l"]);
    expect(code).toBe(0);
    expect(steady(stdout, project)).toMatchInlineSnapshot(`
      "Pipelines in <dir>/home/pipelines:
        name          destination  dataset          last load                pending
        shop          duckdb       data             <time>  0
        workdir_demo  duckdb       workdir_demo_ds  -                        1
      "
    `);
  });

  test("takes another folder, and tells what cannot be read", async () => {
    const project = new Project();
    writeDltFolder(join(project.dir, "elsewhere", "newer"), "3_after_load");
    writeFileSync(join(project.dir, "elsewhere", "newer", "load", ".version"), "9.0.0");
    expect((await project.leat(["pipeline", "--list-pipelines", "--pipelines-dir", "elsewhere"])).stdout).toContain(
      "newer  cannot be read [version-too-new]\n",
    );
    const { stdout } = await project.leat(["pipeline", "-l", "--pipelines-dir", "elsewhere", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject([{ name: "newer", error: { code: "version-too-new" } }]);
  });

  test("says so when there are none", async () => {
    const project = new Project();
    expect((await project.leat(["pipeline", "-l"])).stdout).toBe(`There are no pipelines in ${project.pipelinesDir}.\n`);
    expect(JSON.parse((await project.leat(["pipeline", "-l", "--json"])).stdout)).toEqual([]);
  });
});

/** Null is an empty folder. */
type Folder = { readonly [path: string]: string | null | { readonly gzip: true; readonly text: string } };

function workdirSteps(): { readonly [step: string]: Folder } {
  return readFixture<{ readonly steps: { readonly [step: string]: Folder } }>("workdir/steps.json").steps;
}

/** The working directory of a pipeline as dlt left it after a step. */
function writeDltFolder(workingDir: string, step: string): void {
  for (const [path, content] of Object.entries(workdirSteps()[step]!)) {
    mkdirSync(join(workingDir, content === null ? path : join(path, "..")), { recursive: true });
    if (content !== null) writeFileSync(join(workingDir, path), typeof content === "string" ? content : gzipSync(content.text));
  }
}

function tree(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .map((path) => `${path} ${statSync(join(dir, path)).mtimeMs}`)
    .sort();
}

/** Without what differs from run to run. */
function steady(text: string, project: Project): string {
  return text
    .replaceAll(project.dir, "<dir>")
    .replaceAll(/\b\d{10}\.\d{6}\b/g, "<load id>")
    .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "<time>")
    .replaceAll(/\b[A-Za-z0-9+/]{43}=/g, "<hash>");
}

describe("leat pipeline NAME abort-packages", () => {
  const stuck = async (): Promise<Project> => {
    const project = new Project({
      "main.ts": `${shop} await p.run([{ id: 1 }], { tableName: "stuck" });
        await using client = p.sqlClient(); await client.execute("DROP TABLE stuck"); await client.execute("CREATE VIEW stuck AS SELECT 1 AS id, '' AS _dlt_load_id, '' AS _dlt_id");
        await p.run([{ id: 2 }], { tableName: "stuck" });`,
      "after.ts": `${shop} await using client = p.sqlClient(); await client.execute("DROP VIEW stuck"); await client.close();
        await p.run([{ id: 2 }], { tableName: "stuck" });`,
    });
    expect((await project.leat(["run", "main.ts"])).code).toBe(5);
    return project;
  };

  test("shows what it would give up, and does nothing where nobody can be asked", async () => {
    const project = await stuck();
    const { code, stdout, stderr } = await project.leat(["pipeline", "shop", "abort-packages"]);
    expect([code, stdout]).toEqual([2, expect.stringContaining("these packages are given up without being loaded")]);
    expect(stderr).toContain("--yes has to be given");
    const json = await project.leat(["pipeline", "shop", "abort-packages", "--json"]);
    expect([json.code, JSON.parse(json.stdout)]).toEqual([2, { error: expect.objectContaining({ code: "config" }) }]);
    expect((await project.leat(["pipeline", "shop"])).stdout).toMatch(/pending {6}\d/);
  });

  test("gives them up with --yes, so that the next run goes on", async () => {
    const project = await stuck();
    const { code, stdout, stderr } = await project.leat(["pipeline", "shop", "abort-packages", "-y"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/Given up: \d+\.\d+\.\n$/);
    expect((await project.leat(["pipeline", "shop", "abort-packages"])).stdout).toBe("Pipeline shop has no pending packages.\n");
    expect((await project.leat(["run", "after.ts"])).code).toBe(0);
    expect(await project.values("shop.duckdb", "SELECT id FROM data.stuck")).toEqual(["2"]);
  });

  test("gives a document with --json", async () => {
    const project = await stuck();
    const { stdout } = await project.leat(["pipeline", "shop", "abort-packages", "--json", "--yes"]);
    expect(JSON.parse(stdout)).toEqual({ loadIds: [expect.stringMatching(/^\d+\.\d+$/)] });
    expect(JSON.parse((await project.leat(["pipeline", "shop", "abort-packages", "--json"])).stdout)).toEqual({ loadIds: [] });
  });
});
