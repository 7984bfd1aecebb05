import { type SchemaDocument, schemaEngineVersion } from "../schema/document.ts";
import { readSchema, SchemaVersionTooNew } from "../schema/read-schema.ts";
import { type PipelineState, stateEngineVersion } from "../state/document.ts";
import { InvalidStateError } from "../state/errors.ts";
import { migrateState, StateVersionTooNew } from "../state/migrations.ts";
import { VersionTooNewError } from "./errors.ts";

/** A stored state in the form of today. Throws VersionTooNewError, InvalidStateError. */
export function openState(decode: () => Parameters<typeof migrateState>[0], workingDir: string, what: string): PipelineState {
  try {
    return migrateState(decode());
  } catch (error) {
    if (error instanceof InvalidStateError)
      throw new InvalidStateError(`${what} is damaged. ${error.message}`, { path: error.path, cause: error });
    if (!(error instanceof StateVersionTooNew)) throw error;
    throw new VersionTooNewError({ workingDir, what, version: error.version, supported: stateEngineVersion, cause: error });
  }
}

/** A stored schema in the form of today. Throws VersionTooNewError. */
export function openSchema(text: string, workingDir: string, what: string): SchemaDocument {
  try {
    return readSchema(text, what);
  } catch (error) {
    if (!(error instanceof SchemaVersionTooNew)) throw error;
    throw new VersionTooNewError({ workingDir, what, version: error.version, supported: schemaEngineVersion, cause: error });
  }
}
