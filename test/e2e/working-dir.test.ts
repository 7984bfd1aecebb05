import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compressText } from "../../src/core/digest.ts";
import { resource } from "../../src/index.ts";
import { encodeState } from "../../src/state/encode.ts";
import { failure, machine, values } from "./local-pipeline.ts";

const users = resource("users", [{ id: 1 }]);

describe("while a pipeline runs", () => {
  test("pipelines of other names run too, and its data and state can be read", async () => {
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

  test("another process can open the database until rows are loaded", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(users);
    const api = new URL("../../node_modules/@duckdb/node-api/lib/index.js", import.meta.url).href;
    const script = `import { DuckDBInstance } from ${JSON.stringify(api)}; (await DuckDBInstance.create(${JSON.stringify(local.databasePath)})).closeSync();`;
    const during = resource("during", function* () {
      const other = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
      yield { status: other.status, errors: other.stderr };
    });
    await p.run(during);
    expect(await values(p, "SELECT status FROM during")).toEqual([0]);
  });
});

describe("a working directory", () => {
  test("may hold files that are not leat's", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(users);
    for (const folder of ["normalize", "normalize/extracted", "load/normalized", "load/loaded", "schemas", "."])
      writeFileSync(join(p.workingDir, folder, ".DS_Store"), "x");
    await local.pipeline().run(users);
    expect(await values(p, "SELECT count(*) FROM users")).toEqual([2]);
  });

  test.each(["state.json", "schemas/shop.schema.json"])("without its %s gets it back from the destination", async (file) => {
    const local = machine();
    const p = local.pipeline();
    await p.run(users);
    rmSync(join(p.workingDir, file));
    await local.pipeline().run(resource("users", [{ id: 2, name: "Ada" }]));
    expect(await values(p, "SELECT name FROM users ORDER BY id")).toEqual([null, "Ada"]);
    expect(p.firstRun).toBe(false);
  });

  test("does not take over a state in the destination that a newer version wrote", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(users);
    const newer = compressText(encodeState({ ...p.state, _state_version: 50, _state_engine_version: 99 }));
    {
      await using client = p.sqlClient();
      await client.execute(`UPDATE _dlt_pipeline_state SET version = 50, engine_version = 99, state = '${newer}'`);
    }
    local.wipe();
    expect(await failure(() => local.pipeline().run(users))).toMatchObject({ code: "version-too-new", version: 99 });
    expect(await values(p, "SELECT count(*) FROM users")).toEqual([1]);
  });
});
