import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { Project } from "./project.ts";

const text = (project: Project, path: string): string => readFileSync(join(project.dir, path), "utf8");

describe("leat init", () => {
  test.each([
    ["rows", "rows_data.people", [2]],
    ["api", "api_data.orders", [5]],
    ["files", "files_data.events", [2]],
  ])("the example %s runs, again too, and its types are right", async (source, table, rows) => {
    const project = new Project();
    const { code, stdout } = await project.leat(["init", source]);
    expect(code).toBe(0);
    expect(stdout).toContain(`npx leat run ${source}_pipeline.ts`);
    for (let time = 0; time < 2; time++) {
      const run = await project.leat(["run", `${source}_pipeline.ts`]);
      expect(run.stderr + run.stdout).not.toContain("Error");
      expect(run.code).toBe(0);
    }
    expect((await project.values(`${source}.duckdb`, `SELECT count(*)::INT FROM ${table}`)).map(Number)).toEqual(rows);
    expect(problems(join(project.dir, `${source}_pipeline.ts`))).toEqual([]);
  });

  test("package.json, configuration and .gitignore are as they have to be", async () => {
    const project = new Project();
    await project.leat(["init", "api", "postgres", "--dir", "My Shop"]);
    expect(JSON.parse(text(project, "My Shop/package.json"))).toMatchObject({
      name: "my-shop",
      private: true,
      type: "module",
      scripts: { start: "leat run api_pipeline.ts" },
      dependencies: {
        leat: expect.stringMatching(/^\^\d/),
        pg: expect.any(String),
        "pg-copy-streams": expect.any(String),
        "pg-cursor": expect.any(String),
      },
    });
    expect(text(project, "My Shop/.gitignore").split("\n")).toContain(".leat/secrets.toml");
    expect(text(project, "My Shop/.leat/secrets.toml")).toContain('password = "CHANGE_ME"');
    expect(statSync(join(project.dir, "My Shop/.leat/secrets.toml")).mode & 0o077).toBe(0);
    expect(text(project, "My Shop/api_pipeline.ts")).toContain('destination: "postgres"');
    expect(ts.readConfigFile(join(project.dir, "My Shop/tsconfig.json"), ts.sys.readFile).error).toBeUndefined();
  });

  test("into SQLite: the driver is named, and the example runs", async () => {
    const project = new Project();
    const { stdout } = await project.leat(["init", "rows", "sqlite"]);
    expect(stdout).not.toContain("CHANGE_ME");
    expect(JSON.parse(text(project, "package.json"))).toMatchObject({ dependencies: { "better-sqlite3": expect.any(String) } });
    expect(text(project, ".gitignore").split("\n")).toEqual(expect.arrayContaining([".leat/secrets.toml", "*.db", "*.db-wal"]));
    expect(text(project, ".gitignore")).not.toContain("duckdb");
    expect(await project.leat(["run", "rows_pipeline.ts"])).toMatchObject({ code: 0, stdout: expect.stringContaining("people") });
    expect(existsSync(join(project.dir, "rows__rows_data.db"))).toBe(true);
  });

  test("a project that has a package.json is told of the driver", async () => {
    const project = new Project({ "package.json": "{}" });
    expect((await project.leat(["init", "rows", "sqlite"])).stdout).toContain("npm install leat better-sqlite3");
  });

  test("what a project has already stays, and is told with what it has to have", async () => {
    const project = new Project({ "package.json": '{"name":"mine"}', ".gitignore": "x\n" });
    const { code, stdout } = await project.leat(["init"]);
    expect(code).toBe(0);
    expect(text(project, "package.json")).toBe('{"name":"mine"}');
    expect(text(project, ".gitignore")).toBe("x\n");
    expect(stdout).toContain("package.json: has to have npm install leat");
    expect(stdout).toContain(".gitignore: has to have .leat/secrets.toml");
  });

  test("a script is not overwritten without a word: without a terminal --yes is needed", async () => {
    const project = new Project({ "rows_pipeline.ts": "mine" });
    const asked = await project.leat(["init", "rows"]);
    expect(asked.code).toBe(2);
    expect(asked.stdout).toContain("rows_pipeline.ts");
    expect(asked.stderr).toContain("--yes has to be given");
    expect(text(project, "rows_pipeline.ts")).toBe("mine");
    expect(existsSync(join(project.dir, "package.json"))).toBe(false);
    expect((await project.leat(["--non-interactive", "init", "rows"])).code).toBe(2);
    expect((await project.leat(["init", "rows", "-y"])).code).toBe(0);
    expect(text(project, "rows_pipeline.ts")).toContain("pipeline(");
  });

  test("lists what there is, also as JSON", async () => {
    const project = new Project();
    expect((await project.leat(["init", "--list-sources"])).stdout).toMatchInlineSnapshot(`
      "rows   rows from anywhere: a list, or whatever can be iterated
      api    a paged API: a resource that remembers in its state where it stopped
      files  files with a JSON document per line: each is loaded once
      "
    `);
    expect((await project.leat(["init", "--list-destinations"])).stdout).toMatchInlineSnapshot(`
      "duckdb    embedded DuckDB: a file in this folder, nothing to set up
      sqlite    embedded SQLite: a file for each dataset in this folder, nothing to set up
      postgres  a PostgreSQL server
      "
    `);
    expect(JSON.parse((await project.leat(["init", "-l", "--json"])).stdout)).toMatchObject({
      sources: [{ name: "rows" }, { name: "api" }, { name: "files" }],
    });
    expect(JSON.parse((await project.leat(["init", "--json"])).stdout)).toMatchObject({
      folder: project.dir,
      kept: [],
      written: expect.arrayContaining(["package.json"]),
    });
  });

  test("an unknown source or destination is an error of usage", async () => {
    const project = new Project();
    expect(await project.leat(["init", "chess"])).toMatchObject({ code: 2, stderr: expect.stringContaining("There is rows, api, files") });
    expect(await project.leat(["init", "rows", "oracle"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("There is duckdb, sqlite, postgres"),
    });
    expect(existsSync(join(project.dir, "package.json"))).toBe(false);
  });
});

describe("options that scripts for dlt give", () => {
  test("there is no telemetry, and it is said", async () => {
    const project = new Project();
    expect((await project.leat(["telemetry"])).stdout).toBe("Telemetry is off: leat has none.\n");
    expect(JSON.parse((await project.leat(["telemetry", "--json"])).stdout)).toEqual({ telemetry: false });
    for (const flag of ["--disable-telemetry", "--enable-telemetry", "--no-pwd"]) {
      const { code, stderr, stdout } = await project.leat([flag, "init", "-l"]);
      expect(code).toBe(0);
      expect(stderr).toMatch(flag === "--no-pwd" ? "--no-pwd changes nothing" : "leat has none");
      expect(stdout).toContain("rows");
    }
  });

  test("--json with --version and --help is a document", async () => {
    const project = new Project();
    expect(JSON.parse((await project.leat(["--json", "--version"])).stdout)).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(JSON.parse((await project.leat(["--json", "--help"])).stdout)).toEqual({ help: expect.stringContaining("Usage: leat") });
    expect((await project.leat(["--version"])).stdout).toMatch(/^leat \d/);
  });
});

/** What the compiler says about a script that imports from leat. */
function problems(path: string): string[] {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const program = ts.createProgram([path], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    paths: { leat: [join(root, "src/index.ts")] },
  });
  const source = program.getSourceFile(path)!;
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n"),
  );
}
