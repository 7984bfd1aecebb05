import { homedir } from "node:os";
import { join } from "node:path";

/** Where settings come from, so that nothing below reads the machine by itself. */
export interface ConfigEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Holds the folder `.leat` with secrets.toml and config.toml. */
  readonly projectDir: string;
  /** Holds secrets.toml and config.toml for all projects of a user; the project's win. */
  readonly globalDir: string;
  /** Secrets that a container gets as files. Default none. */
  readonly runSecretsDir?: string;
}

/** The environment of this process: its variables, the current folder, `~/.leat`, `/run/secrets`. */
export function processConfigEnvironment(): ConfigEnvironment {
  return { env: process.env, projectDir: process.cwd(), globalDir: join(homedir(), ".leat"), runSecretsDir: "/run/secrets" };
}
