import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { configProject } from "../../test/config-project.ts";
import { ConfigError } from "../core/errors.ts";
import { tomlProvider } from "./toml.ts";

const find = async (files: Record<string, string>, path: string, name: "config.toml" | "secrets.toml" = "config.toml") => {
  const provider = await tomlProvider(name, configProject({ files }));
  return provider.find(path.split("."), { isSecret: false })?.value;
};

describe("a toml file", () => {
  it("is the project's over the global one, value by value", async () => {
    const files = { "project/.leat/config.toml": "[a]\nx = 1", "global/config.toml": "[a]\nx = 2\ny = 3" };
    expect(await find(files, "a.x")).toBe(1);
    expect(await find(files, "a.y")).toBe(3);
    expect(await find(files, "a")).toEqual({ x: 1, y: 3 });
  });

  it("says which of the two holds the value", async () => {
    const environment = configProject({ files: { "project/.leat/config.toml": "x = 1", "global/config.toml": "y = 2" } });
    const provider = await tomlProvider("config.toml", environment);
    const [project, global] = [join(environment.projectDir, ".leat/config.toml"), join(environment.globalDir, "config.toml")];
    expect(provider.find(["x"], { isSecret: false })).toEqual({ value: 1, file: project });
    expect(provider.find(["y"], { isSecret: false })).toEqual({ value: 2, file: global });
    expect(provider.locations).toEqual([
      { path: project, exists: true },
      { path: global, exists: true },
    ]);
  });

  it("keeps integers exact and dates as they are written", async () => {
    const config =
      "big = 9007199254740993\nat = 2024-01-02T03:04:05+02:00\nwall = 2024-01-02T03:04:05\nday = 2024-01-02\nlist = [2024-01-02]";
    const files = { "project/.leat/config.toml": config };
    expect(await find(files, "big")).toBe(9007199254740993n);
    expect(await find(files, "at")).toBe("2024-01-02T03:04:05.000+02:00");
    expect(await find(files, "wall")).toBe("2024-01-02T03:04:05.000");
    expect(await find(files, "day")).toBe("2024-01-02");
    expect(await find(files, "list")).toEqual(["2024-01-02"]);
  });

  it("has no value where the path goes through something else", async () => {
    const files = { "project/.leat/config.toml": 'a = "text"\nlist = [{ b = 1 }]' };
    expect(
      await Promise.all(
        ["a.b", "a.length", "list.0", "list.b", "constructor", "a.constructor", "__proto__"].map((path) => find(files, path)),
      ),
    ).toEqual(Array(7).fill(undefined));
  });

  it("that is broken is named with the line, and shows nothing of its content", async () => {
    const files = { "project/.leat/secrets.toml": 'host = "h"\ntoken = "hunter2' };
    const error = await find(files, "host", "secrets.toml").then(
      () => expect.unreachable("it was read"),
      (thrown: Error) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/project\/\.leat\/secrets\.toml is not valid TOML: unfinished string \(line 2, column \d+\)\.$/);
    expect(error.message).not.toContain("hunter2");
    expect(error.cause).toBeUndefined();
  });
});

describe("the parser", () => {
  let isLoaded = false;
  afterEach(() => vi.doUnmock("smol-toml"));
  const watch = () => {
    isLoaded = false;
    vi.resetModules();
    vi.doMock("smol-toml", async (original) => {
      isLoaded = true;
      return { ...(await original<typeof import("smol-toml")>()) };
    });
  };

  it("is not loaded while there is no file", async () => {
    watch();
    const { resolveConfig } = await import("./resolve.ts");
    await resolveConfig({}, { environment: configProject({ env: { K: "v" } }) });
    await import("./read-config.ts");
    expect(isLoaded).toBe(false);
  });

  it("is loaded for a file", async () => {
    watch();
    const { resolveConfig } = await import("./resolve.ts");
    await resolveConfig({}, { environment: configProject({ files: { "project/.leat/config.toml": "k = 1" } }) });
    expect(isLoaded).toBe(true);
  });
});
