import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { LeatError, type Pipeline, pipeline, resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";

interface Place {
  readonly p: Pipeline;
  readonly database: string;
}

function place(dir = tempDir()): Place {
  const database = join(dir, "data.duckdb");
  const p = pipeline({
    name: "shop",
    destination: duckdb(database),
    datasetName: "data",
    pipelinesDir: join(dir, "pipelines"),
    progress: "none",
  });
  return { p, database };
}

const items = (...ids: number[]) =>
  resource("items", function* ({ state }) {
    state["next"] = Math.max(...ids) + 1;
    yield ids.map((id) => ({ id, tags: [id, id] }));
  });

async function thrownBy(work: () => Promise<unknown>): Promise<LeatError> {
  try {
    await work();
  } catch (error) {
    if (LeatError.is(error)) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

/** The error to act on. */
async function causeOf(work: () => Promise<unknown>): Promise<LeatError> {
  const error = await thrownBy(work);
  return error.code === "step-failed" && LeatError.is(error.cause) ? error.cause : error;
}

async function ids(p: Pipeline): Promise<unknown> {
  await using client = p.sqlClient();
  const sql =
    "SELECT list(id ORDER BY id) AS ids, (SELECT count(*) FROM items__tags) AS tags, (SELECT count(*) FROM _dlt_loads) AS loads FROM items";
  return (await client.query(sql))[0];
}

/** The only package in a folder of the working directory. */
function onlyPackage(p: Pipeline, folder: string): string {
  const names = readdirSync(join(p.workingDir, folder));
  expect(names).toHaveLength(1);
  return join(p.workingDir, folder, names[0]!);
}

function fileLike(folder: string, pattern: RegExp): string {
  const name = readdirSync(folder).find((each) => pattern.test(each));
  expect(name, `${pattern} in ${folder}`).toBeDefined();
  return join(folder, name!);
}

async function extracted(): Promise<Place & { readonly folder: string }> {
  const at = place();
  await at.p.run(items(1));
  await at.p.extract(items(2, 3));
  return { ...at, folder: onlyPackage(at.p, "normalize/extracted") };
}

async function normalized(): Promise<Place & { readonly folder: string }> {
  const at = await extracted();
  await at.p.normalize();
  return { ...at, folder: onlyPackage(at.p, "load/normalized") };
}

const before = { ids: [1], tags: 2, loads: 1 };
const after = { ids: [1, 2, 3], tags: 6, loads: 2 };

describe("a pending package of which something is wrong", () => {
  test("a raw file that is damaged: the error names file and line; mended, it loads", async () => {
    const { p, folder } = await extracted();
    const path = fileLike(join(folder, "new_jobs"), /^items\./);
    const text = readFileSync(path);
    truncateSync(path, text.length - 8);
    const error = await thrownBy(() => p.run(items(9)));
    expect(error).toMatchObject({ code: "step-failed", step: "normalize", pipelineName: "shop" });
    expect(error.cause).toMatchObject({ code: "package-corrupt", message: expect.stringContaining(path) });
    expect(error.message).toMatch(/Line 1 .* is not valid JSON/);
    expect(await ids(p)).toEqual(before);
    expect(readdirSync(join(p.workingDir, "load", "new"))).toEqual([]);
    writeFileSync(path, text);
    await p.run();
    expect(await ids(p)).toEqual(after);
  });

  test("a raw file that is gone: its rows are not lost in silence", async () => {
    const { p, folder } = await extracted();
    const path = fileLike(join(folder, "new_jobs"), /^items\./);
    renameSync(path, `${folder}.aside`);
    expect(await causeOf(() => p.run())).toMatchObject({ code: "package-corrupt", message: expect.stringContaining("`items.") });
    expect(p.hasPendingData).toBe(true);
    renameSync(`${folder}.aside`, path);
    await p.run();
    expect(await ids(p)).toEqual(after);
  });

  test.each(["schema.json", "load_package_state.json"])("%s is missing, then no JSON: the error names the file", async (name) => {
    const { p, folder } = await extracted();
    const path = join(folder, name);
    const text = readFileSync(path, "utf8");
    rmSync(path);
    expect(await causeOf(() => p.run())).toMatchObject({
      code: "package-corrupt",
      message: expect.stringContaining(`\`${path}\` is missing`),
    });
    writeFileSync(path, text.slice(0, -20));
    expect(await causeOf(() => p.run())).toMatchObject({ code: "package-corrupt", message: expect.stringContaining(path) });
    writeFileSync(path, text);
    await p.run();
    expect(await ids(p)).toEqual(after);
  });

  test("a job file that is gone: nothing of the package is stored", async () => {
    const { p, folder } = await normalized();
    const path = fileLike(join(folder, "new_jobs"), /^items__tags\./);
    renameSync(path, `${folder}.aside`);
    expect(await causeOf(() => p.run())).toMatchObject({ code: "package-corrupt", message: expect.stringContaining("`items__tags.") });
    expect(await ids(p)).toEqual(before);
    renameSync(`${folder}.aside`, path);
    await p.run();
    expect(await ids(p)).toEqual(after);
  });

  test("a job file that breaks off: the error names it, and nothing of the package is stored", async () => {
    const { p, folder } = await normalized();
    const path = fileLike(join(folder, "new_jobs"), /^items__tags\./);
    const bytes = readFileSync(path);
    truncateSync(path, 100);
    expect(await causeOf(() => p.run())).toMatchObject({ code: "package-corrupt", message: expect.stringContaining(path) });
    expect(await ids(p)).toEqual(before);
    writeFileSync(path, bytes);
    await p.run();
    expect(await ids(p)).toEqual(after);
  });

  test("a job file that is damaged inside: the error names job, table and file, and nothing of the package is stored", async () => {
    const { p, folder } = await normalized();
    const path = fileLike(join(folder, "new_jobs"), /^items__tags\./);
    const bytes = readFileSync(path);
    overwrite(path, 4, bytes.length - 12);
    const error = await thrownBy(() => p.run(items(9)));
    expect(error).toMatchObject({ code: "step-failed", step: "load", pipelineName: "shop" });
    expect(error.cause).toMatchObject({ code: "load-job-failed", job: { table: "items__tags", state: "failed" } });
    expect(error.message).toContain("`items__tags`");
    expect(await ids(p)).toEqual(before);
    writeFileSync(fileLike(join(folder, "new_jobs"), /^items__tags\./), bytes);
    await p.run();
    expect(await ids(p)).toEqual(after);
  });

  test.each([
    ["load_package_state.json", "_state_engine_version", "normalize/extracted"],
    ["schema.json", "engine_version", "normalize/extracted"],
  ])("%s of a newer version is refused, and nothing is changed", async (name, key, where) => {
    const { p, folder } = await extracted();
    const path = join(folder, name);
    const document = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...document, [key]: 99 }));
    const tree = treeOf(p.workingDir);
    const error = await causeOf(() => p.run(items(9)));
    expect(error).toMatchObject({ code: "version-too-new", version: 99, message: expect.stringContaining(path) });
    expect(treeOf(p.workingDir)).toEqual(tree);
    expect(folder).toContain(where);
    writeFileSync(path, JSON.stringify(document));
    await p.run();
    expect(await ids(p)).toEqual(after);
  });
});

describe("a working directory of which something is wrong", () => {
  test.each(["normalize", "load"])("the folder `%s` of a newer version is refused, and nothing is changed", async (name) => {
    const { p } = await extracted();
    writeFileSync(join(p.workingDir, name, ".version"), "2.0.0");
    const tree = treeOf(p.workingDir);
    expect(await causeOf(() => p.run())).toMatchObject({
      code: "version-too-new",
      version: 2,
      message: expect.stringContaining(join(p.workingDir, name)),
    });
    expect(treeOf(p.workingDir)).toEqual(tree);
  });

  test("state of a newer version is refused", async () => {
    const { p } = place();
    await p.run(items(1));
    const path = join(p.workingDir, "state.json");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), _state_engine_version: 99 }));
    expect(await causeOf(() => p.run(items(2)))).toMatchObject({
      code: "version-too-new",
      version: 99,
      message: expect.stringContaining(path),
    });
  });

  test.each(["", "{", "[]", "null"])("state that is no state document (%j): the error names the file and says what to do", async (text) => {
    const { p } = place();
    await p.run(items(1));
    const path = join(p.workingDir, "state.json");
    writeFileSync(path, text);
    const error = await causeOf(() => p.run(items(2)));
    expect(error.code).toBe("state-invalid");
    expect(error.message).toContain(path);
    rmSync(path);
    await p.run(items(2, 3));
    expect(await ids(p)).toEqual(after);
  });

  test.each(["", "{", "[]", '{"name":"shop"}'])("a schema that is no schema document (%j): the error names the file", async (text) => {
    const { p } = place();
    await p.run(items(1));
    const path = join(p.workingDir, "schemas", "shop.schema.json");
    writeFileSync(path, text);
    const error = await causeOf(() => p.run(items(2, 3)));
    expect(error.message).toContain(path);
    rmSync(path);
    await p.run(items(2, 3));
    expect(await ids(p)).toEqual(after);
  });

  test("a file where the working directory should be", async () => {
    const { p } = place();
    mkdirSync(join(p.workingDir, ".."), { recursive: true });
    writeFileSync(p.workingDir, "");
    expect(await causeOf(() => p.run(items(1)))).toMatchObject({ code: "working-dir", message: expect.stringContaining(p.workingDir) });
  });
});

describe("the lock of a pipeline", () => {
  const lockOf = (p: Pipeline): string => join(p.workingDir, "leat.lock");

  test("refuses a second run while the first one goes on, in the same process too, and lets the first one finish", async () => {
    const { p } = place();
    let second: LeatError | undefined;
    await p.run(
      resource("items", async function* () {
        second = await thrownBy(() => p.run(items(2)));
        yield { id: 1, tags: [1, 1] };
      }),
    );
    expect(second).toMatchObject({ code: "pipeline-locked", ownerPid: process.pid, retryable: true });
    expect(second?.message).toContain("`shop`");
    expect(await ids(p)).toEqual(before);
    expect(existsSync(lockOf(p))).toBe(false);
  });

  test("of another process that is alive is respected, one of a process that was killed is taken over", async () => {
    const { p } = place();
    await p.run(items(1));
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log(1)"], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
    const processStart = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    writeFileSync(lockOf(p), JSON.stringify({ pid: child.pid, processStart, since: "2024-01-01T00:00:00.000Z" }));
    expect(await causeOf(() => p.run(items(2, 3)))).toMatchObject({
      code: "pipeline-locked",
      ownerPid: child.pid,
      message: expect.stringContaining("since 2024-01-01"),
    });
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    await p.run(items(2, 3));
    expect(await ids(p)).toEqual(after);
  });

  test.each<[string, string]>([
    ["whose process id is now that of another process", JSON.stringify({ pid: process.pid, processStart: "1", since: "" })],
    ["of a process that never was", JSON.stringify({ pid: 2 ** 22 + 1, since: "" })],
    ["that is empty", ""],
    ["that is no JSON", "{"],
  ])("%s is taken over", async (_, text) => {
    const { p } = place();
    await p.run(items(1));
    writeFileSync(lockOf(p), text);
    await p.run(items(2, 3));
    expect(await ids(p)).toEqual(after);
    expect(existsSync(lockOf(p))).toBe(false);
  });

  test("of another machine that shares the folder holds as long as it gives signs of life", async () => {
    const { p } = place();
    await p.run(items(1));
    writeFileSync(
      lockOf(p),
      JSON.stringify({ pid: process.pid, host: "another-container", processStart: "1", since: "2024-01-01T00:00:00.000Z" }),
    );
    expect(await causeOf(() => p.run(items(2, 3)))).toMatchObject({
      code: "pipeline-locked",
      message: expect.stringMatching(/on `another-container` since 2024.* 120 seconds after/),
    });
    const silentSince = new Date(Date.now() - 121_000);
    utimesSync(lockOf(p), silentSince, silentSince);
    await p.run(items(2, 3));
    expect(await ids(p)).toEqual(after);
    expect(existsSync(lockOf(p))).toBe(false);
  });

  test("gives signs of life while a run goes on", async () => {
    const { p } = place();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    await p.run(
      resource("items", async function* () {
        const longAgo = new Date(0);
        utimesSync(lockOf(p), longAgo, longAgo);
        vi.advanceTimersByTime(15_000);
        expect(statSync(lockOf(p)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
        yield { id: 1, tags: [1, 1] };
      }),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leaves nothing of processes that were killed while they took it", async () => {
    const { p } = place();
    await p.run(items(1));
    for (const name of [
      "leat.lock.4194305.new",
      `leat.lock.${hostname()}-4194305`,
      "state.json.tmp",
      "trace.json.tmp",
      "schemas/shop.schema.json.tmp",
    ])
      writeFileSync(join(p.workingDir, name), "half");
    await p.run(items(2, 3));
    expect(readdirSync(p.workingDir).sort()).toEqual(["load", "normalize", "schemas", "state.json", "trace.json"]);
    expect(readdirSync(join(p.workingDir, "schemas"))).toEqual(["shop.schema.json"]);
  });
});

describe("a database that cannot be opened", () => {
  test("because another process has it open: nothing is changed, and the next run works", async () => {
    const { p, database } = place();
    await p.run(items(1));
    const code = `const { DuckDBInstance } = await import("@duckdb/node-api");
      globalThis.held = await DuckDBInstance.create(${JSON.stringify(database)}); console.log("open"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const error = await thrownBy(() => p.run(items(2, 3)));
    expect(error).toMatchObject({ code: "step-failed", step: "sync", pipelineName: "shop", retryable: true });
    expect(error.cause).toMatchObject({ code: "connection", message: expect.stringContaining(`process ${child.pid}`) });
    expect(error.message).toContain(database);
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    await p.run(items(2, 3));
    expect(await ids(p)).toEqual(after);
  });

  test("because another process opened it since the extract: the package waits, and the next run finishes it", async () => {
    const { p, database } = await normalized();
    const aside = `${database}.aside`;
    renameSync(database, aside);
    writeFileSync(database, "not a database ".repeat(1000));
    const error = await thrownBy(() => p.load());
    expect(error).toMatchObject({ code: "step-failed", step: "load" });
    expect(error.cause).toMatchObject({ code: "connection" });
    expect(error.message).toMatch(/are kept: each run begins with them/);
    renameSync(aside, database);
    await p.run();
    expect(await ids(p)).toEqual(after);
  });

  test.each<[string, (path: string) => void]>([
    ["is no database", (path) => writeFileSync(path, "name,age\nAda,36\n".repeat(1000))],
    ["is empty at its head", (path) => overwrite(path, 0, 4096)],
    ["is cut short", (path) => truncateSync(path, 5000)],
    ["has a damaged block", (path) => overwrite(path, 12_288, statSync(path).size)],
  ])("because the file %s: the error names it", async (_, damage) => {
    const { p, database } = place();
    await p.run(items(1));
    const bytes = readFileSync(database);
    damage(database);
    const error = await thrownBy(() => p.run(items(2, 3)));
    expect(error).toMatchObject({ code: "step-failed", pipelineName: "shop" });
    expect(error.cause).toMatchObject({ code: "connection", message: expect.stringContaining(database) });
    writeFileSync(database, bytes);
    await p.run(items(2, 3));
    expect(await ids(p)).toEqual(after);
  });
});

function overwrite(path: string, from: number, to: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0x5a, from, to);
  writeFileSync(path, bytes);
}

function treeOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(join(folder, path), "base64")]));
}
