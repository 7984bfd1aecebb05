import { join, resolve } from "node:path";
import { ConfigError } from "../../core/errors.ts";
import { type DuckDbLocation, inMemory } from "../../drivers/duckdb.ts";
import type { DuckDbConfig } from "./config.ts";

export interface LocationContext {
  readonly pipelineName: string;
  readonly workingDir: string;
  readonly cwd: string;
}

/** Where the database is: `<pipeline name>.duckdb` in the current folder unless the config says otherwise. */
export function databaseLocation(config: DuckDbConfig, context: LocationContext): DuckDbLocation {
  return { path: databasePath(config.credentials.database, context), settings: config.credentials.settings };
}

function databasePath(database: string | undefined, context: LocationContext): string {
  const file = `${context.pipelineName}.duckdb`;
  if (database === undefined) return resolve(context.cwd, file);
  if (database === inMemory) return inMemory;
  if (database === ":pipeline:") return join(context.workingDir, file);
  if (/^(md|motherduck):/i.test(database)) {
    throw new ConfigError("MotherDuck is not supported. Name a file, for example `chess.duckdb`.");
  }
  return resolve(context.cwd, database);
}
