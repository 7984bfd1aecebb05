import { join, resolve } from "node:path";
import { ConfigError } from "../../core/errors.ts";
import type { SqliteConfig } from "./config.ts";

export interface LocationContext {
  readonly pipelineName: string;
  readonly workingDir: string;
  readonly cwd: string;
}

/** The path that the files of the datasets are named after: `<pipeline name>.db` in the current folder unless the config says otherwise. Throws ConfigError. */
export function databasePath({ credentials: { database } }: SqliteConfig, context: LocationContext): string {
  const file = `${context.pipelineName}.db`;
  if (database === undefined) return resolve(context.cwd, file);
  if (database === ":pipeline:") return join(context.workingDir, file);
  if (database === ":memory:")
    throw new ConfigError(
      "A SQLite database in memory belongs to one connection, and a run takes several. Name a file, or use DuckDB's `:memory:`.",
    );
  return resolve(context.cwd, database);
}
