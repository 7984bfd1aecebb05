import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, describe, expect, test } from "vitest";
import { type DocBlock, docBlocks, docPages } from "./doc-blocks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = docPages(root);
const blocks = pages.flatMap((page) => docBlocks(root, page));

/** A project that has leat, as it was built, and what its users may have. */
const project = mkdtempSync(join(realpathSync(tmpdir()), "leat-docs-"));
mkdirSync(join(project, "node_modules"));
symlinkSync(root, join(project, "node_modules", "leat"));
for (const name of ["@types", "apache-arrow", "zod"]) symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
afterAll(() => rmSync(project, { recursive: true }));

describe("the code in the documentation", () => {
  test("compiles in a strict project", () => {
    const sources = blocks.map((block, index) => ({ block, path: join(project, `block-${index}.mts`) }));
    for (const { block, path } of sources) writeFileSync(path, block.code);
    const whereOf = new Map(sources.map(({ block, path }) => [path, block.where]));
    expect(
      typeErrors(
        sources.map(({ path }) => path),
        whereOf,
      ),
    ).toEqual([]);
  });

  for (const block of blocks.filter(({ isProgram }) => isProgram)) {
    test.concurrent(`runs: ${block.where}`, async ({ expect }) => {
      const printed = await run(block);
      if (block.output === undefined) return;
      const output = masked(block.output);
      expect(block.continues ? masked(printed).slice(-output.length) : masked(printed)).toBe(output);
    });
  }

  test("has programs to run in every page that shows how to run something", () => {
    const programs = blocks.filter(({ isProgram }) => isProgram);
    expect(programs.length).toBeGreaterThan(10);
    expect(programs.map(({ where }) => where.split(":")[0])).toEqual(
      expect.arrayContaining(["README.md", "docs/state.md", "docs/running.md"]),
    );
  });
});

test("links in the documentation lead somewhere", () => {
  const broken: string[] = [];
  for (const page of [...pages, "ARCHITECTURE.md"]) {
    for (const [, link = ""] of readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = "", heading] = link.split("#");
      const target = path === "" ? join(root, page) : resolve(root, dirname(page), path);
      if (!existsSync(target) || (heading !== undefined && !headings(target).includes(heading))) broken.push(`${page}: ${link}`);
    }
  }
  expect(broken).toEqual([]);
});

/** The headings of a page, as links spell them. */
function headings(page: string): readonly string[] {
  const text = readFileSync(page, "utf8").replace(/^```.*?^```$/gms, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

function typeErrors(files: readonly string[], whereOf: ReadonlyMap<string, string>): string[] {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    typeRoots: [join(root, "node_modules", "@types")],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // The declarations of leat are checked; those of the packages around it are not our business.
    skipLibCheck: true,
    noEmit: true,
  });
  return ts.getPreEmitDiagnostics(program).map((problem) => {
    const message = ts.flattenDiagnosticMessageText(problem.messageText, "\n");
    if (problem.file === undefined || problem.start === undefined) return message;
    const { line } = problem.file.getLineAndCharacterOfPosition(problem.start);
    return `${whereOf.get(problem.file.fileName) ?? problem.file.fileName} (line ${line + 1} of the block): ${message}`;
  });
}

/** Runs a block as a program of its own in an empty folder. Gives what it printed. */
async function run(block: DocBlock): Promise<string> {
  const folder = mkdtempSync(join(project, "run-"));
  const program = join(folder, "main.mjs");
  const { outputText } = ts.transpileModule(block.code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  writeFileSync(program, outputText);
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, DLT_DATA_DIR: folder },
  });
  return stdout;
}

/** Without what differs from run to run. */
function masked(text: string): string {
  return text
    .replace(/\d+\.\d{2} seconds/g, "0.00 seconds")
    .replace(/\b\d{10}\.\d{1,6}\b/g, "1700000000.000000")
    .replace(/\([^()\s]*\/([^()/\s]+)\)/g, "($1)")
    .trim();
}
