import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Pipeline, resource } from "../../src/index.ts";
import { failure, localPipeline, machine, values } from "./local-pipeline.ts";

const users = resource("users", function* ({ state }) {
  state["n"] = 1;
  for (let id = 0; id < 3; id += 1) yield { id, name: `user ${id}` };
});

/** The folder of the one package that is extracted, or normalized. */
async function packageOf(p: Pipeline, step: "extracted" | "normalized"): Promise<{ folder: string; loadId: string }> {
  await p.extract(users);
  if (step === "normalized") await p.normalize();
  const parent = step === "extracted" ? join(p.workingDir, "normalize", "extracted") : join(p.workingDir, "load", "normalized");
  const [loadId] = readdirSync(parent);
  return { folder: join(parent, loadId!), loadId: loadId! };
}

function fileOf(folder: string, start: string): string {
  const name = readdirSync(join(folder, "new_jobs")).find((file) => file.startsWith(start));
  return join(folder, "new_jobs", name!);
}

describe("a package that was damaged is refused with PackageCorruptError that names the file:", () => {
  const damages: [string, "extracted" | "normalized", (folder: string) => string][] = [
    [
      "raw rows that break off",
      "extracted",
      (folder) => {
        const path = fileOf(folder, "users.");
        truncateSync(path, 20);
        return path;
      },
    ],
    [
      "raw rows that are no JSON",
      "extracted",
      (folder) => {
        const path = fileOf(folder, "users.");
        writeFileSync(path, "[{]\n");
        return path;
      },
    ],
    [
      "a schema that is missing",
      "extracted",
      (folder) => {
        rmSync(join(folder, "schema.json"));
        return join(folder, "schema.json");
      },
    ],
    [
      "a schema that breaks off",
      "extracted",
      (folder) => {
        truncateSync(join(folder, "schema.json"), 10);
        return join(folder, "schema.json");
      },
    ],
    [
      "a package state that is no JSON",
      "extracted",
      (folder) => {
        writeFileSync(join(folder, "load_package_state.json"), "{");
        return join(folder, "load_package_state.json");
      },
    ],
    [
      "a folder of jobs that is missing",
      "extracted",
      (folder) => {
        rmSync(join(folder, "new_jobs"), { recursive: true });
        return join(folder, "new_jobs");
      },
    ],
    [
      "a schema of a normalized package that breaks off",
      "normalized",
      (folder) => {
        truncateSync(join(folder, "schema.json"), 10);
        return join(folder, "schema.json");
      },
    ],
    [
      "a job file that breaks off",
      "normalized",
      (folder) => {
        const path = fileOf(folder, "users.");
        truncateSync(path, 100);
        return path;
      },
    ],
    [
      "a job file that is missing",
      "normalized",
      (folder) => {
        const path = fileOf(folder, "users.");
        rmSync(path);
        return path;
      },
    ],
  ];

  test.each(damages)("%s", async (_, step, damage) => {
    const local = machine();
    const { folder, loadId } = await packageOf(local.pipeline(), step);
    const path = damage(folder);
    const p = local.pipeline();
    const error = await failure(() => p.run());
    expect(error).toMatchObject({ code: "package-corrupt", loadId });
    expect(String(error)).toContain(path.split("/").at(-1)!.split(".")[0]!);
    expect(p.hasPendingData).toBe(true);
    expect(await values(p, "SELECT count(*) FROM information_schema.tables WHERE table_name = 'users'")).toEqual([0]);
  });
});

test("a damaged local state says where it is and what to do", async () => {
  const local = machine();
  const p = local.pipeline();
  await p.run(users);
  writeFileSync(join(p.workingDir, "state.json"), "{");
  const error = await failure(() => local.pipeline().run(users));
  expect(error).toMatchObject({ code: "state-invalid" });
  expect(String(error)).toContain("state.json");
  rmSync(join(p.workingDir, "state.json"));
  await local.pipeline().run(users);
  expect(await values(p, "SELECT count(*) FROM users")).toEqual([6]);
});

test("a damaged local schema says where it is and what to do", async () => {
  const local = machine();
  const p = local.pipeline();
  await p.run(users);
  writeFileSync(join(p.workingDir, "schemas", "shop.schema.json"), "{");
  const error = await failure(() => local.pipeline().run(users));
  expect(error).toMatchObject({ code: "working-dir", path: expect.stringContaining("shop.schema.json") });
  expect(String(error)).toContain("Delete the file");
  rmSync(join(p.workingDir, "schemas", "shop.schema.json"));
  await local.pipeline().run(users);
  expect(await values(p, "SELECT count(*) FROM users")).toEqual([6]);
});

describe("what a newer version wrote is refused with VersionTooNewError, and stays as it was:", () => {
  const raise = (path: string, key: string): void => {
    const document = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...document, [key]: 99 }));
  };

  test.each<[string, (p: Pipeline) => Promise<string>]>([
    [
      "the folder of packages",
      async (p) => {
        await p.run(users);
        const path = join(p.workingDir, "load", ".version");
        writeFileSync(path, "99.0.0");
        return path;
      },
    ],
    [
      "a package",
      async (p) => {
        const path = join((await packageOf(p, "extracted")).folder, "load_package_state.json");
        raise(path, "_state_engine_version");
        return path;
      },
    ],
    [
      "the schema of a package",
      async (p) => {
        const path = join((await packageOf(p, "extracted")).folder, "schema.json");
        raise(path, "engine_version");
        return path;
      },
    ],
    [
      "the local state",
      async (p) => {
        await p.run(users);
        const path = join(p.workingDir, "state.json");
        raise(path, "_state_engine_version");
        return path;
      },
    ],
    [
      "a local schema",
      async (p) => {
        await p.run(users);
        const path = join(p.workingDir, "schemas", "shop.schema.json");
        raise(path, "engine_version");
        return path;
      },
    ],
  ])("%s", async (_, prepare) => {
    const local = machine();
    const path = await prepare(local.pipeline());
    const before = readFileSync(path, "utf8");
    const error = await failure(() => local.pipeline().run(users));
    expect(error).toMatchObject({ code: "version-too-new", version: 99 });
    expect(String(error)).toContain("was written by a newer version");
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  test("the state in the destination", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(users);
    {
      await using client = p.sqlClient();
      const { compressText } = await import("../../src/core/digest.ts");
      const { encodeState } = await import("../../src/state/encode.ts");
      const newer = compressText(encodeState({ ...p.state, _state_version: 50, _state_engine_version: 99 }));
      await client.execute(`UPDATE _dlt_pipeline_state SET version = 50, engine_version = 99, state = '${newer}'`);
    }
    local.wipe();
    expect(await failure(() => local.pipeline().run(users))).toMatchObject({ code: "version-too-new", version: 99 });
  });
});

test("other files in the working directory do no harm", async () => {
  const p = localPipeline();
  await p.run(users);
  for (const folder of ["normalize/extracted", "load/normalized", "load/loaded", "schemas", "."])
    writeFileSync(join(p.workingDir, folder, ".DS_Store"), "x");
  await p.run(users);
  expect(await values(p, "SELECT count(*) FROM users")).toEqual([6]);
});
