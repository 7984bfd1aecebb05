import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { PipelineLockedError, resource } from "../../src/index.ts";
import { failure, localPipeline, machine, values } from "./local-pipeline.ts";

const users = resource("users", [{ id: 1 }]);

/** Another process that prints a line when it is ready and then waits. */
async function otherProcess(script: string): Promise<number> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", `${script}\nconsole.log("ready"); setInterval(() => {}, 1000);`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  await once(child.stdout, "data");
  return child.pid!;
}

describe("a pipeline that is running", () => {
  test("in this process refuses a second run, and runs again afterwards", async () => {
    const local = machine();
    let second: unknown;
    const slow = resource("slow", async function* () {
      second = await local
        .pipeline()
        .run(users)
        .catch((error: unknown) => error);
      yield { id: 1 };
    });
    const p = local.pipeline();
    await p.run(slow);
    expect(second).toBeInstanceOf(PipelineLockedError);
    expect(second).toMatchObject({ code: "pipeline-locked", ownerPid: process.pid, retryable: true });
    await local.pipeline().run(users);
    expect(await values(p, "SELECT id FROM users")).toEqual([1]);
  });

  test("in another process is named with its process id", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(users);
    const pid = await otherProcess("");
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const processStart = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    writeFileSync(join(p.workingDir, "leat.lock"), JSON.stringify({ pid, processStart, since: "2024-01-02T03:04:05.000Z" }));
    const error = await failure(() => p.run(users));
    expect(error).toMatchObject({ code: "pipeline-locked", ownerPid: pid });
    expect(String(error)).toContain(`Pipeline \`shop\` is running in process ${pid} since 2024-01-02T03:04:05.000Z`);
  });

  test("is not held by the lock of a process that is gone, nor of another one with the same id", async () => {
    const p = localPipeline();
    mkdirSync(p.workingDir, { recursive: true });
    for (const owner of [
      { pid: 999_999_999, since: "then" },
      { pid: process.pid, processStart: "1", since: "then" },
    ]) {
      writeFileSync(join(p.workingDir, "leat.lock"), JSON.stringify(owner));
      await p.run(users);
    }
    expect(await values(p, "SELECT id FROM users")).toEqual([1, 1]);
  });

  test("does not hold pipelines of other names, nor readers", async () => {
    const local = machine();
    await local.pipeline().run(users);
    const seen: unknown[] = [];
    const looking = resource("looking", async function* () {
      await local.pipeline({ name: "other" }).run(users);
      const reader = local.pipeline();
      seen.push(await values(reader, "SELECT count(*) FROM users"), reader.state.pipeline_name, (await reader.listPackages()).length);
      yield { id: 1 };
    });
    await local.pipeline().run(looking);
    expect(seen).toEqual([[2], "shop", 1]);
  });
});

describe("a database file", () => {
  test("that another process holds is an error that says so and can be tried again; nothing is lost", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(users);
    await p.extract(resource("users", [{ id: 2 }]));
    await p.normalize();
    const api = new URL("../../node_modules/@duckdb/node-api/lib/index.js", import.meta.url).href;
    await otherProcess(`import { DuckDBInstance } from ${JSON.stringify(api)};
      globalThis.held = await (await DuckDBInstance.create(${JSON.stringify(local.databasePath)})).connect();`);
    const error = await failure(() => p.load());
    expect(error).toMatchObject({ code: "connection", destination: "duckdb", retryable: true });
    expect(String(error)).toContain("data.duckdb");
    expect(p.hasPendingData).toBe(true);
  });

  test("that is none is an error that names it", async () => {
    const local = machine();
    writeFileSync(local.databasePath, "this is no database, but long enough to be looked at by whoever opens it\n".repeat(100));
    const error = await failure(() => local.pipeline().run(users));
    expect(error).toMatchObject({ code: "connection", destination: "duckdb" });
    expect(String(error)).toContain("data.duckdb");
    expect(readFileSync(local.databasePath, "utf8")).toContain("this is no database");
  });

  test("is free between runs", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(users);
    const api = new URL("../../node_modules/@duckdb/node-api/lib/index.js", import.meta.url).href;
    const during = resource("during", async function* () {
      await otherProcess(`import { DuckDBInstance } from ${JSON.stringify(api)};
        (await DuckDBInstance.create(${JSON.stringify(local.databasePath)})).closeSync();`);
      yield { id: 1 };
    });
    await p.run(during);
    expect(await values(p, "SELECT id FROM during")).toEqual([1]);
  });
});
