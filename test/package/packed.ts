import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

export interface PackedPackage {
  /** Of the tarball. */
  readonly path: string;
  readonly files: readonly PackedFile[];
}

/** Packs the project as it would be published. Needs dist/. */
export function pack(folder: string): PackedPackage {
  const output = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed] = JSON.parse(output) as { filename: string; files: PackedFile[] }[];
  return { path: join(folder, packed!.filename), files: packed!.files };
}

export function newFolder(name: string): string {
  return mkdtempSync(join(realpathSync(tmpdir()), `leat-${name}-`));
}

/** An empty project, as `npm init` makes one. */
export function emptyProject(name: string): string {
  const folder = newFolder(name);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", version: "1.0.0", type: "module", private: true }));
  return folder;
}

/** Lays the package into a project, with its declared dependencies and no others. It is what npm does, without a registry. */
export function install(packed: PackedPackage, project: string, options: { readonly without?: readonly string[] } = {}): void {
  const target = join(project, "node_modules", "leat");
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", packed.path, "-C", target, "--strip-components=1"]);
  const { dependencies } = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) if (!options.without?.includes(name)) link(name, project);
}

/** Gives a project a package that this one has. */
export function link(name: string, project: string): void {
  const path = join(project, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(root, "node_modules", name), path);
}

/** Runs a program in a folder, with a data folder of its own. Gives what it printed. */
export async function run(
  folder: string,
  options: { readonly env?: Readonly<Record<string, string>> },
  command: string,
  ...args: readonly string[]
): Promise<string> {
  const env = { ...process.env, DLT_DATA_DIR: join(folder, "data"), ...options.env };
  return (await promisify(execFile)(command, args, { cwd: folder, env })).stdout;
}

/** Runs JavaScript in a project. */
export async function runCode(project: string, code: string): Promise<string> {
  writeFileSync(join(project, "program.mjs"), code);
  return run(project, {}, process.execPath, "program.mjs");
}

export const quickStart = `
import { pipeline } from "leat";
const p = pipeline({ name: "quick_start", destination: "duckdb", datasetName: "mydata" });
console.log(await p.run([{ id: 1, name: "Ada", tags: ["x", "y"] }], { tableName: "people" }));
const sql = p.sqlClient();
console.log(JSON.stringify(await sql.query("SELECT p.name, t.value FROM people p JOIN people__tags t ON t._dlt_parent_id = p._dlt_id ORDER BY 2")));
await sql.close();
`;
