import { describe, expect, test } from "vitest";
import { Project } from "./project.ts";

const prelude = `
import { pipeline, resource } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const shop = () => pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data" });
`;

const people = `${prelude}
const p = shop();
`;

describe("leat run", () => {
  test("runs TypeScript with enums, parameter properties, other files and top-level await", async () => {
    const project = new Project({
      "main.ts": `
        import { total } from "./total";
        import { label } from "./label.ts";
        enum Color { Red = "red" }
        class Box { constructor(readonly size: number) {} }
        const value = await Promise.resolve<number>(total([1, 2]));
        console.log(label, Color.Red, new Box(3).size, value);`,
      "total.ts": "export const total = (ns: readonly number[]): number => ns.reduce((a, b) => a + b);",
      "label.ts": `export const label: string = "made of";`,
    });
    expect(await project.leat(["run", "main.ts"])).toEqual({ code: 0, stdout: "made of red 3 3\n", stderr: "" });
  });

  test("gives the script the arguments that node would give it", async () => {
    const project = new Project({
      "src/main.ts":
        "console.log(JSON.stringify([process.argv.length, process.argv[1]!.endsWith('/src/main.ts'), ...process.argv.slice(2)]));",
    });
    const { stdout } = await project.leat(["run", "src/main.ts", "2024", "--", "--json", "-v"]);
    expect(JSON.parse(stdout)).toEqual([5, true, "2024", "--json", "-v"]);
  });

  test("names a pipeline without a name after the script", async () => {
    const project = new Project({ "my_load.ts": `import { pipeline } from "leat"; console.log(pipeline().name);` });
    expect((await project.leat(["run", "my_load.ts"])).stdout).toBe("my_load\n");
  });

  test("leaves the packages that a script imports as they are", async () => {
    const project = new Project({ "main.ts": `import { pipeline } from "leat"; console.log(typeof pipeline);` });
    const { stdout, loaded } = await project.leatLoading(["run", "main.ts"]);
    expect(stdout).toBe("function\n");
    // What jiti translates does not pass through Node's own loader.
    expect(loaded.some((url) => url.endsWith("/dist/index.js"))).toBe(true);
    expect(loaded.some((url) => url.endsWith("/main.ts"))).toBe(false);
  });

  test("prints what a run did, and log lines where there is no terminal", async () => {
    const project = new Project({
      "main.ts": `${people} await p.run([{ id: 1, tags: ["a", "b"] }, { id: 2, tags: [] }], { tableName: "people" });`,
    });
    const { code, stdout, stderr } = await project.leat(["run", "main.ts"]);
    expect(code).toBe(0);
    expect(steady(stdout, project)).toMatchInlineSnapshot(`
      "Pipeline shop took <time>
      1 load package loaded into dataset data of duckdb (<dir>/shop.duckdb)
        people        2 rows
        people__tags  2 rows
        package <load id> (schema shop): no failed jobs, schema changed: 7 new columns in 2 tables
      "
    `);
    expect(steady(stderr, project)).toMatchInlineSnapshot(`
      "<clock> shop: extract, people: 2 rows
      <clock> shop: extract took <time>, 2 rows of 1 resource, cpu <usage>
      <clock> shop: normalize of package <load id> took <time>, 2 rows, cpu <usage>
      <clock> shop: load took <time>, 3 of 3 jobs, package <load id> committed, cpu <usage>
      "
    `);
    expect(await project.values("shop.duckdb", "SELECT id FROM data.people ORDER BY id")).toEqual(["1", "2"]);
  });

  test("leaves the printing of a result to a script that does it", async () => {
    const project = new Project({ "main.ts": `${people} console.log(await p.run([{ id: 1 }], { tableName: "people" }));` });
    const { stdout } = await project.leat(["run", "main.ts"]);
    expect(stdout.match(/Pipeline shop took/g)).toHaveLength(1);
  });
});

describe("leat run --json", () => {
  test("prints the list of all runs, and nothing else, to standard output", async () => {
    const project = new Project({
      "main.ts": `${people}
        console.log("the script talks");
        await p.run([{ id: 1 }], { tableName: "people" });
        console.log(await p.run([{ id: 2 }, { id: 3 }], { tableName: "people" }));`,
    });
    const { code, stdout, stderr } = await project.leat(["run", "main.ts", "--json"]);
    const runs = JSON.parse(stdout) as {
      pipelineName: string;
      rowCounts: object;
      firstRun: boolean;
      trace: { steps: { step: string }[] };
    }[];
    expect(code).toBe(0);
    expect(runs.map(({ pipelineName, rowCounts, firstRun }) => ({ pipelineName, rowCounts, firstRun }))).toEqual([
      { pipelineName: "shop", rowCounts: expect.objectContaining({ people: 1 }), firstRun: true },
      { pipelineName: "shop", rowCounts: expect.objectContaining({ people: 2 }), firstRun: false },
    ]);
    expect(runs[0]!.trace.steps.map(({ step }) => step)).toEqual(["sync", "extract", "normalize", "load"]);
    expect(stderr).toContain("the script talks\n");
    expect(stderr).toContain("Pipeline shop took");
  });

  test("knows the runs and errors of a second copy of the package", async () => {
    const project = new Project({ "main.ts": `${people} await p.run([{ id: 1 }], { tableName: "people" }); ${failing}` });
    project.copyPackage();
    const { code, stdout } = await project.leat(["run", "--json", "main.ts"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([4, { error: { code: "step-failed" }, runs: [{ pipelineName: "shop" }] }]);
  });

  test("prints an empty list for a script without runs", async () => {
    const { stdout } = await new Project({ "main.ts": "" }).leat(["run", "--json", "main.ts"]);
    expect(JSON.parse(stdout)).toEqual([]);
  });

  test("prints an error with its code, its fields, its causes, and the runs before it", async () => {
    const project = new Project({ "main.ts": `${people} await p.run([{ id: 1 }], { tableName: "people" }); ${failing}` });
    const { code, stdout } = await project.leat(["run", "--json", "main.ts"]);
    const document = JSON.parse(stdout) as { error: { causes: object[] }; runs: object[] };
    expect(code).toBe(4);
    expect(document.error).toMatchObject({ code: "step-failed", exitCode: 4, step: "extract", pipelineName: "shop", retryable: false });
    expect(document.error.causes).toMatchObject([
      { code: "resource-failed", resource: "games" },
      { code: "error", name: "TypeError", message: "no such page" },
    ]);
    expect(document.runs).toHaveLength(1);
  });

  test("prints an error for a script that ends with a code of its own", async () => {
    const { code, stdout } = await new Project({ "main.ts": "process.exit(9);" }).leat(["run", "--json", "main.ts"]);
    expect([code, JSON.parse(stdout)]).toEqual([9, { error: { code: "exit", message: "The script ended with exit code 9." }, runs: [] }]);
  });
});

const failing = `
function page(): object[] { throw new TypeError("no such page"); }
await p.run(resource("games", async function* () { yield page(); }));`;

describe("a script that fails", () => {
  test("says what happened, where in the script, and the code; the exit code is that of the error's class", async () => {
    const project = new Project({ "main.ts": `${people}${failing}` });
    const { code, stdout, stderr } = await project.leat(["run", "main.ts"]);
    expect([code, stdout]).toEqual([4, ""]);
    expect(steady(stderr, project)).toMatchInlineSnapshot(`
      "<clock> error: shop: failed [resource-failed]
      error: Pipeline \`shop\` failed in step \`extract\`: Resource \`games\` of source \`shop\` failed: no such page. Nothing of this extract was kept, neither rows nor state: mend the cause and run again.
        at page (<dir>/main.ts:8:24)
      [resource-failed] --debug shows the stack.
      "
    `);
  });

  test("shows the stack of an error of leat with --debug", async () => {
    const { stderr } = await new Project({ "main.ts": `${people}${failing}` }).leat(["run", "--debug", "main.ts"]);
    expect(stderr).toMatch(/\n\s+\[cause\]: TypeError: no such page\n\s+at page /);
  });

  test.each([
    [
      "wrong settings",
      `${prelude} pipeline({ name: "a/b" });`,
      2,
      /^error: The pipeline name "a\/b" cannot be .*\n\[config\] --debug shows the stack\.\n$/,
    ],
    ["an error of its own", `throw new RangeError("mine");`, 1, /^RangeError: mine\n {4}at .*main\.ts:1:\d+\n$/],
    ["something that is no error", `throw { odd: 1 };`, 1, /^Uncaught \{ odd: 1 \}\n$/],
    ["a syntax error", "const x: number = ;", 1, /ParseError[\s\S]*main\.ts:1:18/],
    ["an import that is not there", `import "nowhere-to-be-found";`, 1, /Cannot find module 'nowhere-to-be-found'/],
    [
      "an error thrown later",
      `setTimeout(() => { throw new TypeError("later"); }, 1); await new Promise((r) => setTimeout(r, 9000));`,
      1,
      /^TypeError: later\n/,
    ],
    [
      "a rejection nobody handles",
      `import { ConfigError } from "leat"; void Promise.reject(new ConfigError("No key.")); await new Promise((r) => setTimeout(r, 9000));`,
      2,
      /^error: No key\.\n/,
    ],
    ["an await that nothing settles", "await new Promise(() => {});", 1, /^Error: The script did not come to its end/],
  ])("ends at once on %s", async (_, script, expected, message) => {
    const { code, stderr } = await new Project({ "main.ts": script }).leat(["run", "main.ts"]);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
  });

  test("decides itself when it has a listener for uncaught errors", async () => {
    const script = `process.on("uncaughtException", (e) => { console.log("mine:", e.message); process.exitCode = 3; }); setTimeout(() => { throw new Error("later"); }, 1);`;
    expect(await new Project({ "main.ts": script }).leat(["run", "main.ts"])).toEqual({ code: 3, stdout: "mine: later\n", stderr: "" });
  });

  test("has to be there", async () => {
    const project = new Project();
    const { code, stderr } = await project.leat(["run", "nope.ts"]);
    expect([code, steady(stderr, project)]).toEqual([2, "error: There is no script `<dir>/nope.ts`.\n[config] --debug shows the stack.\n"]);
  });
});

/** Without what differs from run to run. */
function steady(text: string, project: Project): string {
  return text
    .replaceAll(project.dir, "<dir>")
    .replaceAll(/\b\d{10}\.\d{6}\b/g, "<load id>")
    .replaceAll(/\d+(\.\d+)? s(econds)?\b/g, "<time>")
    .replaceAll(/cpu \d+%, \d+ MB$/gm, "cpu <usage>")
    .replaceAll(/^\d\d:\d\d:\d\d/gm, "<clock>");
}

test("leat run shows the loads of a script that calls the single steps", async () => {
  const project = new Project({
    "steps.ts": `import { pipeline } from "leat";
      const p = pipeline({ name: "steps", datasetName: "data", progress: "none" });
      await p.extract([{ id: 1 }], { tableName: "rows" }); await p.normalize(); await p.load();`,
  });
  expect((await project.leat(["run", "steps.ts"])).stdout).toMatch(/1 load package loaded into dataset data/);
  expect(JSON.parse((await project.leat(["run", "steps.ts", "--json"])).stdout)).toMatchObject([
    { pipelineName: "steps", rowCounts: { rows: 1 } },
  ]);
});
