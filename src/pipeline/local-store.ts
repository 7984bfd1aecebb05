import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { crashPoint } from "../core/crash-point.ts";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { encodeJson } from "../core/json-encode.ts";
import { guardDisk, VersionTooNewError, WorkingDirError } from "../load-package/errors.ts";
import type { RestorePoint } from "../load-package/package-folder.ts";
import { type SchemaDocument, schemaEngineVersion } from "../schema/document.ts";
import { readSchema, SchemaUnreadable, SchemaVersionTooNew } from "../schema/read-schema.ts";
import { decodeState } from "../state/blob.ts";
import { type PipelineState, stateEngineVersion } from "../state/document.ts";
import { encodeState } from "../state/encode.ts";
import { InvalidStateError } from "../state/errors.ts";
import { migrateState, StateVersionTooNew } from "../state/migrations.ts";

const schemaEnding = ".schema.json";

/** State and schemas in the working directory, as dlt keeps them: `state.json`, `schemas/<name>.schema.json`. */
export class LocalStore {
  readonly workingDir: string;
  readonly #statePath: string;
  readonly #schemasDir: string;

  constructor(workingDir: string) {
    this.workingDir = workingDir;
    this.#statePath = join(workingDir, "state.json");
    this.#schemasDir = join(workingDir, "schemas");
  }

  get exists(): boolean {
    return existsSync(this.#statePath);
  }

  create(): void {
    guardDisk(this.workingDir, () => mkdirSync(this.#schemasDir, { recursive: true }));
  }

  stateText(): string | undefined {
    return readTextIfExists(this.#statePath);
  }

  /** Undefined when there is none. Throws VersionTooNewError. */
  readState(): PipelineState | undefined {
    const text = this.stateText();
    return text === undefined ? undefined : openState(() => decodeState(text), this.workingDir, `The local state (${this.#statePath})`);
  }

  writeState(state: PipelineState): void {
    guardDisk(this.workingDir, () => writeFileAtomic(this.#statePath, encodeState(state)));
  }

  schemaTexts(): Map<string, string> {
    const texts = new Map<string, string>();
    for (const name of this.#schemaNames()) texts.set(name, readTextIfExists(join(this.#schemasDir, name + schemaEnding)) ?? "");
    return texts;
  }

  readSchemas(): Map<string, SchemaDocument> {
    const schemas = new Map<string, SchemaDocument>();
    for (const [name, text] of this.schemaTexts()) schemas.set(name, this.#openSchema(name, text));
    return schemas;
  }

  #openSchema(name: string, text: string): SchemaDocument {
    try {
      return openSchema(text, this.workingDir, `The local schema \`${name}\``);
    } catch (error) {
      if (!(error instanceof SchemaUnreadable)) throw error;
      const path = join(this.#schemasDir, name + schemaEnding);
      const advice = "Delete the file: what was loaded under this schema is then read from the destination.";
      throw new WorkingDirError({
        workingDir: this.workingDir,
        path,
        problem: "it is no schema document",
        advice,
        cause: error,
        action: "read",
      });
    }
  }

  writeSchema(schema: SchemaDocument): void {
    guardDisk(this.workingDir, () =>
      writeFileAtomic(join(this.#schemasDir, schema.name + schemaEnding), encodeJson(schema, { pretty: true })),
    );
  }

  /** Removes all that is kept about the pipeline on this machine. */
  wipe(): void {
    guardDisk(this.workingDir, () => {
      // The state goes last: killed before, the next start still sees that it has to forget.
      for (const name of ["schemas", "normalize", "load", "trace.pickle"])
        rmSync(join(this.workingDir, name), { recursive: true, force: true });
      crashPoint("sync:before-state-forgotten");
      rmSync(this.#statePath, { force: true });
    });
    this.create();
  }

  /** Puts state and schemas back to what they were before a package. */
  restore({ state, schemas }: RestorePoint): void {
    this.removeSchemas();
    guardDisk(this.workingDir, () => {
      for (const [name, text] of schemas) writeFileAtomic(join(this.#schemasDir, name + schemaEnding), text);
      if (state === undefined) rmSync(this.#statePath, { force: true });
      else writeFileAtomic(this.#statePath, state);
    });
  }

  removeSchemas(): void {
    guardDisk(this.workingDir, () => rmSync(this.#schemasDir, { recursive: true, force: true }));
    this.create();
  }

  #schemaNames(): string[] {
    if (!existsSync(this.#schemasDir)) return [];
    return readdirSync(this.#schemasDir)
      .filter((file) => file.endsWith(schemaEnding))
      .map((file) => file.slice(0, -schemaEnding.length))
      .sort();
  }
}

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
