import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { ConfigEnvironment } from "../src/config/config-environment.ts";

/** What a project's settings are made of. Files are named from the test's folder: `project/.leat/secrets.toml`, `global/config.toml`, `run/secrets/token`. */
export interface ConfigProject {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** A folder of its own for one test, removed after it. */
export function configProject({ env = {}, files = {} }: ConfigProject = {}): ConfigEnvironment & { readonly runSecretsDir: string } {
  const root = mkdtempSync(join(tmpdir(), "leat-config-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return { env, projectDir: join(root, "project"), globalDir: join(root, "global"), runSecretsDir: join(root, "run/secrets") };
}
