import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { tempDir } from "../temp-dir.ts";

/** Each test runs in a project folder of its own, and afterwards no variable fits `variables`. Gives what writes the project's config files. */
export function inProject(variables: RegExp): (file: "config" | "secrets", text: string) => void {
  const home = process.cwd();
  let project: string;

  beforeEach(() => {
    project = tempDir();
    process.chdir(project);
  });

  afterEach(() => {
    process.chdir(home);
    for (const name of Object.keys(process.env)) if (variables.test(name)) delete process.env[name];
  });

  return (file, text) => {
    mkdirSync(join(project, ".leat"), { recursive: true });
    writeFileSync(join(project, ".leat", `${file}.toml`), text);
  };
}
