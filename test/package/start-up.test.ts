import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { moduleSources } from "../module-sources.ts";
import { tempDir } from "../temp-dir.ts";

// What a program loads when it starts decides how long a small run takes: every module counts, a driver most of all.

describe("start-up of the built package", () => {
  it("loads no driver and no part of the command line when the root is imported", () => {
    expect(packagesLoadedBy(`await import("${built("index.js")}");`)).toEqual(["decimal.js"]);
  });

  it("loads what runs a pipeline with the first call of one, not with the root", () => {
    const loaded = sourcesLoadedBy(`
      const { pipeline } = await import("${built("index.js")}");
      pipeline({ name: "quiet" });`);
    expect(loaded).toContain("pipeline/pipeline.ts");
    expect(loaded.filter((file) => /^normalize\/|^formats\/(?!arrow\/arrow-data)|^load\/load-|^pipeline\/steps/.test(file))).toEqual([]);
  });

  it("loads no driver when a destination is imported and a pipeline is made", () => {
    const program = `
      const { pipeline } = await import("${built("index.js")}");
      const { duckdb } = await import("${built("destinations/duckdb/index.js")}");
      pipeline({ name: "quiet", destination: duckdb(":memory:") });`;
    expect(packagesLoadedBy(program)).toEqual(["decimal.js"]);
  });

  it("loads no package for SQLite before it runs", () => {
    const program = `
      const { pipeline } = await import("${built("index.js")}");
      const { sqlite } = await import("${built("destinations/sqlite/index.js")}");
      pipeline({ name: "quiet", destination: sqlite("quiet.db") });`;
    expect(packagesLoadedBy(program)).toEqual(["decimal.js"]);
  });

  it("loads the driver, and nothing for config files, terminals or TypeScript, when it runs", () => {
    const program = `
      const { pipeline } = await import("${built("index.js")}");
      const { duckdb } = await import("${built("destinations/duckdb/index.js")}");
      await pipeline({ name: "small", destination: duckdb(":memory:"), pipelinesDir: ".", progress: "none" }).run([{ id: 1 }], { tableName: "rows" });`;
    const loaded = packagesLoadedBy(program);
    expect(loaded.filter((name) => driver.test(name))).not.toEqual([]);
    expect(loaded.filter((name) => !driver.test(name))).toEqual(["decimal.js"]);
    // The program, the package of decimals, the driver, and a handful of leat's own: each costs half a millisecond.
    expect(modulesLoadedBy(program).filter((url) => !url.startsWith("node:")).length).toBeLessThan(20);
  });

  it("has a file open together with the program, which has loaded the driver before", () => {
    const printed = outputOf(`
      const { DuckDBInstance } = await import("${new URL("../../node_modules/@duckdb/node-api/lib/index.js", import.meta.url).href}");
      const { pipeline } = await import("${built("index.js")}");
      const { duckdb } = await import("${built("destinations/duckdb/index.js")}");
      const mine = await DuckDBInstance.fromCache("shared.duckdb");
      await pipeline({ name: "small", destination: duckdb("shared.duckdb"), pipelinesDir: ".", progress: "none" }).run([{ id: 7, text: "\\ufeffa" }], { tableName: "rows" });
      const reader = await (await mine.connect()).runAndReadAll("SELECT id FROM small_dataset.rows");
      console.log(String(reader.getRows()));`);
    expect(printed).toBe("7\n");
  });
});

/** The native part of the driver; the rest of it is in the build. */
const driver = /^@duckdb\/node-bindings/;

/** The packages of which a module was loaded, by `import` or by `require`. */
function packagesLoadedBy(program: string): string[] {
  const names = modulesLoadedBy(program).flatMap(
    (url) => /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(url)?.[1]?.replace("\\", "/") ?? [],
  );
  return [...new Set(names)].sort();
}

/** The sources of the files of the build that were loaded, as paths from `src/`. */
function sourcesLoadedBy(program: string): string[] {
  return modulesLoadedBy(program)
    .filter((url) => url.startsWith(built("")))
    .flatMap(moduleSources);
}

function modulesLoadedBy(program: string): string[] {
  const text = `
    import module, { createRequire } from "node:module";
    ${program}
    const required = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify([...globalThis.imported, ...required]));`;
  return JSON.parse(outputOf(text, ["--import", dataUrl(recordImports)])) as string[];
}

function outputOf(program: string, flags: readonly string[] = []): string {
  return execFileSync(process.execPath, [...flags, "--input-type=module", "--eval", program], { cwd: tempDir(), encoding: "utf8" });
}

/** Puts the URL of every imported module into `globalThis.imported`. */
const recordImports = `
  import { register } from "node:module";
  import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
  const { port1, port2 } = new MessageChannel();
  register("data:text/javascript," + encodeURIComponent(\`
    let port;
    export function initialize(data) { port = data.port; }
    export function load(url, context, nextLoad) { port.postMessage(url); return nextLoad(url, context); }
  \`), { data: { port: port2 }, transferList: [port2] });
  globalThis.imported = { *[Symbol.iterator]() { for (let next = receiveMessageOnPort(port1); next; next = receiveMessageOnPort(port1)) yield next.message; } };
  port1.unref();`;

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

function built(path: string): string {
  return new URL(`../../dist/${path}`, import.meta.url).href;
}
