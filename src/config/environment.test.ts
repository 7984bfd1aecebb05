import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configProject } from "../../test/config-project.ts";
import { environmentProvider } from "./environment.ts";

const path = ["sources", "crm", "api_token"];
const secret = { isSecret: true };

describe("environment variables", () => {
  it("join sections and key by two underscores, in upper case", () => {
    const provider = environmentProvider(configProject({ env: { SOURCES__CRM__API_TOKEN: "t" } }));
    expect(provider.spell(path)).toBe("SOURCES__CRM__API_TOKEN");
    expect(provider.find(path, secret)).toEqual({ value: "t" });
    expect(provider.find(["api_token"], secret)).toBeUndefined();
  });

  it("may be empty: that is a value, as for dlt", () => {
    expect(environmentProvider(configProject({ env: { K: "" } })).find(["k"], secret)).toEqual({ value: "" });
  });
});

describe("secrets of a container", () => {
  it("are files, and count before the variable", () => {
    const environment = configProject({
      env: { SOURCES__CRM__API_TOKEN: "env" },
      files: { "run/secrets/sources--crm--api-token": "file\n" },
    });
    const file = join(environment.runSecretsDir, "sources--crm--api-token");
    expect(environmentProvider(environment).find(path, secret)).toEqual({ value: "file", file });
  });

  it("may be a folder with a file of the same name", () => {
    const environment = configProject({ files: { "run/secrets/k/k": "line 1\nline 2\r\n" } });
    expect(environmentProvider(environment).find(["k"], secret)).toMatchObject({ value: "line 1\nline 2" });
  });

  it("are no place for what is no secret", () => {
    const environment = configProject({ files: { "run/secrets/k": "file" } });
    expect(environmentProvider(environment).find(["k"], { isSecret: false })).toBeUndefined();
  });

  it("need no folder", () => {
    const { runSecretsDir, ...without } = configProject();
    expect(environmentProvider({ ...without, runSecretsDir }).locations).toEqual([{ path: runSecretsDir, exists: false }]);
    expect(environmentProvider(without).locations).toEqual([]);
  });

  it("that cannot be read are an error, not a missing value", () => {
    const environment = configProject({ files: { "run/secrets/k/k/folder": "not a file" } });
    expect(() => environmentProvider(environment).find(["k"], secret)).toThrow(/The secrets in \S+\/k cannot be read \(EISDIR\)/);
  });
});
