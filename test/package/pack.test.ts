import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moduleSources } from "../module-sources.ts";
import { emptyProject, install, link, newFolder, type PackedPackage, pack, quickStart, root, run, runCode } from "./packed.ts";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly version: string;
  readonly bin: { readonly leat: string };
  readonly exports: Readonly<Record<string, unknown>>;
};

/** Of the packages that are part of the build. */
const licenses = ["dist/licenses/@duckdb-node-api.txt", "dist/licenses/lossless-json.txt"];

const folder = newFolder("pack");
let packed: PackedPackage;

beforeAll(() => {
  packed = pack(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the package has the build, the sources that its maps name, and the pages, and nothing else", () => {
  const paths = packed.files.map((file) => file.path);
  expect(paths).toEqual(
    expect.arrayContaining([
      "package.json",
      "README.md",
      "LICENSE",
      "dist/index.js",
      "dist/index.d.ts",
      "src/index.ts",
      "docs/state.md",
      ...licenses,
    ]),
  );
  const unexpected = paths.filter(
    (path) => !/^(package\.json|README\.md|LICENSE|dist\/|src\/|docs\/)/.test(path) || /\.(test|test-d)\.|__fixtures__|\.duckdb/.test(path),
  );
  expect(unexpected).toEqual([]);
  const sources = new Set(paths);
  const unmapped = paths
    .filter((path) => path.endsWith(".js"))
    .flatMap((path) => moduleSources(pathToFileURL(join(root, path)).href))
    .filter((path) => !sources.has(`src/${path}`) && !path.includes("node_modules/"));
  expect(unmapped).toEqual([]);
});

describe("installed in an empty project", () => {
  let project: string;

  beforeAll(() => {
    project = emptyProject("project");
    install(packed, project);
  });
  afterAll(() => rmSync(project, { recursive: true }));

  test("runs the quick start", async () => {
    const printed = await runCode(project, quickStart);
    expect(printed).toContain("1 load package loaded into dataset mydata of duckdb");
    expect(printed).toContain('[{"name":"Ada","value":"x"},{"name":"Ada","value":"y"}]');
    expect(readdirSync(project)).toContain("quick_start.duckdb");
  });

  test("gives every export", async () => {
    const names = entryPoints();
    expect(names).toEqual(expect.arrayContaining(["leat", "leat/destination-kit", "leat/destinations/duckdb"]));
    const code = names.map((name) => `console.log(JSON.stringify(["${name}", Object.keys(await import("${name}")).length]));`).join("\n");
    const counts = (await runCode(project, code))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as [string, number]);
    expect(counts.map(([name]) => name)).toEqual(names);
    for (const [name, count] of counts) expect(count, name).toBeGreaterThan(0);
  });

  test("says what to install for a server whose packages are not there", async () => {
    const printed = await runCode(
      project,
      `import { pipeline } from "leat";
       import { postgres } from "leat/destinations/postgres";
       const shop = pipeline({ name: "shop", destination: postgres("postgres://127.0.0.1:1/shop"), progress: "none" });
       const error = await shop.run([{ a: 1 }], { tableName: "t" }).catch((error) => error);
       console.log(error.code, error.cause.code, error.cause.message);`,
    );
    expect(printed).toContain("step-failed missing-driver");
    expect(printed).toContain("npm install pg pg-copy-streams pg-cursor");
  });

  test("gives types to a strict project, its own declarations included", () => {
    link("@types/node", project);
    link("undici-types", project);
    const file = join(project, "program.mts");
    writeFileSync(
      file,
      `${entryPoints()
        .map((name, index) => `export * as all${index} from "${name}";`)
        .join("\n")}\n${typedProgram}`,
    );
    expect(typeErrors(file)).toEqual([]);
  });

  test("has the command line", async () => {
    const bin = join(project, "node_modules", "leat", manifest.bin.leat);
    expect((await run(project, {}, process.execPath, bin, "--version")).trim()).toBe(`leat ${manifest.version}`);
    writeFileSync(
      join(project, "script.ts"),
      'import { pipeline } from "leat";\nawait pipeline({ name: "typed" as string }).run([{ n: 1 }], { tableName: "numbers" });\n',
    );
    expect(await run(project, {}, process.execPath, bin, "run", "script.ts")).toContain("numbers  1 row");
  });
});

test("importing the package needs no driver; running without one says what to install", async () => {
  const project = emptyProject("bare");
  try {
    install(packed, project, { without: ["@duckdb/node-api"] });
    const printed = await runCode(
      project,
      `import { pipeline } from "leat";
       import "leat/destinations/duckdb";
       import "leat/destination-kit";
       const error = await pipeline({ name: "bare", progress: "none" }).run([{ a: 1 }], { tableName: "t" }).catch((error) => error);
       console.log(error.code, error.cause.code, error.cause.message);`,
    );
    expect(printed).toContain("step-failed missing-driver");
    expect(printed).toContain("npm install @duckdb/node-api");
  } finally {
    rmSync(project, { recursive: true });
  }
});

/** What can be imported: the names in `exports`, a pattern for each folder it stands for. */
function entryPoints(): string[] {
  return Object.keys(manifest.exports)
    .filter((name) => name !== "./package.json")
    .flatMap((name) => (name.includes("*") ? destinations().map((each) => name.replace("*", each)) : [name]))
    .map((name) => name.replace(/^\./, "leat"));
}

function destinations(): string[] {
  return readdirSync(join(root, "src", "destinations"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

const typedProgram = `
import { pipeline, resource, type ResourceContext, type RunInfo } from "leat";
import { duckdb } from "leat/destinations/duckdb";

const games = resource("games", { primaryKey: "id" }, async function* ({ state }: ResourceContext<{ last?: number }>) {
  state.last = 1;
  yield [{ id: 1, player: { name: "Ada" } }];
});
// @ts-expect-error there is no such key
resource("games", { primaryKey: "idd" }, async function* () { yield { id: 1 }; });

export const info: Promise<RunInfo> = pipeline({ name: "typed", destination: duckdb("typed.duckdb") }).run(games);
`;

function typeErrors(file: string): string[] {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map((problem) => `${problem.file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(problem.messageText, "\n")}`);
}
