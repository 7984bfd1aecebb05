import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { configProject } from "../../test/config-project.ts";
import { field } from "./field.ts";
import { readConfig } from "./read-config.ts";

const start = process.cwd();
beforeEach(() => vi.unstubAllEnvs());
afterEach(() => {
  process.chdir(start);
  vi.unstubAllEnvs();
});

it("reads the environment, the project's files and the user's files", async () => {
  const project = configProject({
    files: {
      "project/.leat/config.toml": '[sources.crm]\nhost = "project"',
      "home/.leat/config.toml": '[sources.crm]\nhost = "global"\nuser = "global"',
    },
  });
  mkdirSync(project.projectDir, { recursive: true });
  process.chdir(project.projectDir);
  vi.stubEnv("HOME", join(project.projectDir, "../home"));
  vi.stubEnv("USERPROFILE", join(project.projectDir, "../home"));
  vi.stubEnv("SOURCES__CRM__TOKEN", "env");
  const spec = { token: field.secret("Token."), host: field.text("Host."), user: field.text("User."), port: field.count("Port.") };
  expect(await readConfig(spec, { section: "sources.crm", overrides: { port: 1 } })).toEqual({
    token: "env",
    host: "project",
    user: "global",
    port: 1,
  });
});

it("needs no section", async () => {
  vi.stubEnv("LEAT_TEST_ONLY", "x");
  expect(await readConfig({ leatTestOnly: field.text("X.") })).toEqual({ leatTestOnly: "x" });
});
