import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { onTestFinished } from "vitest";
import { tempDir } from "../temp-dir.ts";

const dist = resolve(process.env["LEAT_DIST"] ?? fileURLToPath(new URL("../../dist", import.meta.url)));
const main = join(dist, "cli", "main.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user's folder with the built package in node_modules, and a home of its own. */
export class Project {
  readonly dir: string;
  readonly pipelinesDir: string;

  /** In a folder of its own, removed when the test is over, unless one is given. */
  constructor(files: { readonly [path: string]: string } = {}, dir: string = tempDir()) {
    this.dir = dir;
    this.pipelinesDir = join(dir, "home", "pipelines");
    if (!existsSync(main)) throw new Error(`There is no ${main}: build first (npm test does).`);
    mkdirSync(join(this.dir, "node_modules"));
    symlinkSync(dirname(dist), join(this.dir, "node_modules", "leat"), "junction");
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** Puts a second copy of the package in the place of the one whose command line is called. */
  copyPackage(): void {
    const installed = join(this.dir, "node_modules", "leat");
    rmSync(installed);
    cpSync(dist, join(installed, "dist"), { recursive: true });
    cpSync(join(dist, "..", "package.json"), join(installed, "package.json"));
    symlinkSync(realpathSync(join(dist, "..", "node_modules")), join(installed, "node_modules"), "junction");
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  /** Runs the built command line to its end. */
  async leat(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return await this.#spawn(args, env).ended;
  }

  /** The same, and the addresses of the modules that Node itself loaded for it. */
  async leatLoading(args: readonly string[]): Promise<Ended & { readonly loaded: readonly string[] }> {
    this.write("name-modules.mjs", nameModules);
    const ended = await this.leat(args, { NODE_OPTIONS: "--import ./name-modules.mjs" });
    const loaded = ended.stderr.split("\n").filter((line) => line.startsWith("loaded "));
    return { ...ended, loaded: loaded.map((line) => line.slice("loaded ".length)) };
  }

  /** Runs it and does not wait. It is killed when the test ends before it. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    const running = this.#spawn(args, env);
    onTestFinished(() => running.kill("SIGKILL"));
    return running;
  }

  #spawn(args: readonly string[], env: NodeJS.ProcessEnv): Running {
    const { CI: _, FORCE_COLOR: __, NODE_OPTIONS: ___, ...inherited } = process.env;
    const own = { ...inherited, NO_COLOR: "1", DLT_DATA_DIR: join(this.dir, "home"), ...env };
    return new Running(spawn(process.execPath, [main, ...args], { cwd: this.dir, env: own, timeout: 50_000, killSignal: "SIGKILL" }));
  }

  /** Rows of the DuckDB file, as values of the first column. */
  async values(file: string, sql: string): Promise<unknown[]> {
    const instance = await DuckDBInstance.create(join(this.dir, file));
    const connection = await instance.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowsJson().map(([value]) => value);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }
}

/** Writes the address of every module, as it is loaded, to standard error. */
const nameModules = `
import { register } from "node:module";
const hook = 'import { writeSync } from "node:fs"; export async function load(url, context, next) { writeSync(2, "loaded " + url + "\\\\n"); return next(url, context); }';
register("data:text/javascript," + encodeURIComponent(hook));
`;

/** A command that goes on. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessWithoutNullStreams;
  #stdout = "";
  #stderr = "";

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => void (this.#stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => void (this.#stderr += chunk.toString()));
    this.ended = new Promise((fulfil) => child.once("close", (code) => fulfil({ code, stdout: this.#stdout, stderr: this.#stderr })));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until the process has printed `text`, to either stream. */
  async printed(text: string): Promise<void> {
    const isThere = (): boolean => this.#stdout.includes(text) || this.#stderr.includes(text);
    while (!isThere()) {
      if (this.#child.exitCode !== null) throw new Error(`The process ended without printing ${text}:\n${this.#stdout}\n${this.#stderr}`);
      await new Promise((fulfil) => setTimeout(fulfil, 5));
    }
  }
}
