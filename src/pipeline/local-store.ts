import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { crashPoint } from "../core/crash-point.ts";
import { readBytesIfExists, readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { encodeJson } from "../core/json-encode.ts";
import { guardDisk, WorkingDirError } from "../load-package/errors.ts";
import { openSchema, openState } from "../load-package/open-documents.ts";
import type { RestorePoint } from "../load-package/package-folder.ts";
import { schemaFileEnding, schemaFileName } from "../load-package/schema-file-name.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { SchemaUnreadable } from "../schema/read-schema.ts";
import { decodeState } from "../state/blob.ts";
import type { PipelineState } from "../state/document.ts";
import { encodeState } from "../state/encode.ts";
import { traceFileName } from "./trace-file.ts";

/** The folder with what the destination keeps of cursors, too. */
export const borderFolderName = "leat_border";

/** A state as it was read. */
export interface ReadState {
  readonly text: Buffer;
  readonly state: PipelineState;
  /** It has numbers that are `Float`: users get a copy with plain ones. */
  readonly hasFloats: boolean;
}

/** State and schemas in the working directory, as dlt keeps them: `state.json`, `schemas/<name>.schema.json`. */
export class LocalStore {
  readonly workingDir: string;
  readonly #statePath: string;
  readonly #schemasDir: string;
  readonly #onSchema: (schema: SchemaDocument) => void;
  #lastRead: ReadState | undefined;
  /** By name, as they were read. */
  readonly #lastSchemas = new Map<string, { readonly text: string; readonly schema: SchemaDocument }>();

  /** `onSchema` gets every schema that is written. */
  constructor(workingDir: string, onSchema: (schema: SchemaDocument) => void = () => {}) {
    this.workingDir = workingDir;
    this.#onSchema = onSchema;
    this.#statePath = join(workingDir, "state.json");
    this.#schemasDir = join(workingDir, "schemas");
  }

  get exists(): boolean {
    return existsSync(this.#statePath);
  }

  create(): void {
    guardDisk(this.workingDir, () => mkdirSync(this.#schemasDir, { recursive: true }));
  }

  stateText(): Buffer | undefined {
    return readBytesIfExists(this.#statePath);
  }

  /** Undefined when there is none. Throws VersionTooNewError. */
  readState(): PipelineState | undefined {
    const text = this.stateText();
    return text === undefined ? undefined : this.#openState(text).state;
  }

  /** As `readState`, and the same object until the file changes, since a large state takes long to parse. Nobody may change it. */
  peekState(): PipelineState | undefined {
    return this.#peek()?.state;
  }

  /** As `readState`, for a caller who may change it: what was read before need not be read again. */
  takeState(): ReadState | undefined {
    const read = this.#peek();
    this.#lastRead = undefined;
    return read;
  }

  #peek(): ReadState | undefined {
    const text = this.stateText();
    if (text === undefined) return undefined;
    if (this.#lastRead?.text.equals(text) !== true) this.#lastRead = this.#openState(text);
    return this.#lastRead;
  }

  #openState(text: Buffer): ReadState {
    let hasFloats = false;
    const decode = () =>
      decodeState(text, () => {
        hasFloats = true;
      });
    const state = openState(decode, this.workingDir, `The local state (${this.#statePath})`);
    return { text, state, hasFloats };
  }

  writeState(state: PipelineState): void {
    this.writeStateText(encodeState(state));
  }

  writeStateText(text: string | Buffer): void {
    guardDisk(this.workingDir, () => writeFileAtomic(this.#statePath, text));
  }

  schemaTexts(): Map<string, string> {
    const texts = new Map<string, string>();
    for (const name of this.#schemaNames()) texts.set(name, readTextIfExists(join(this.#schemasDir, schemaFileName(name))) ?? "");
    return texts;
  }

  readSchemas(): Map<string, SchemaDocument> {
    const schemas = new Map<string, SchemaDocument>();
    for (const [name, text] of this.schemaTexts()) schemas.set(name, this.#openSchema(name, text));
    return schemas;
  }

  /** As `readSchemas`, and the same objects until a file changes, since one of hundreds of tables takes long to parse. Nobody may change them. */
  peekSchemas(): Map<string, SchemaDocument> {
    const schemas = new Map<string, SchemaDocument>();
    for (const [name, text] of this.schemaTexts()) {
      const last = this.#lastSchemas.get(name);
      const schema = last?.text === text ? last.schema : this.#openSchema(name, text);
      this.#lastSchemas.set(name, { text, schema });
      schemas.set(name, schema);
    }
    return schemas;
  }

  #openSchema(name: string, text: string): SchemaDocument {
    try {
      return openSchema(text, this.workingDir, `The local schema \`${name}\``);
    } catch (error) {
      if (!(error instanceof SchemaUnreadable)) throw error;
      const path = join(this.#schemasDir, schemaFileName(name));
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
      writeFileAtomic(join(this.#schemasDir, schemaFileName(schema.name)), encodeJson(schema, { pretty: true })),
    );
    this.#onSchema(schema);
  }

  /** Removes all that is kept about the pipeline on this machine. */
  wipe(): void {
    // The state goes last: killed before, the next start still sees that it has to forget.
    this.#removeAllButState();
    guardDisk(this.workingDir, () => {
      crashPoint("sync:before-state-forgotten");
      rmSync(this.#statePath, { force: true });
    });
    this.create();
  }

  /** Everything that is kept about the pipeline on this machine becomes this. Killed in between, the state is a blank one: the next start takes it all from the destination. */
  replace({
    blank,
    schemas,
    state,
  }: {
    readonly blank: PipelineState;
    readonly schemas: readonly SchemaDocument[];
    readonly state: PipelineState;
  }): void {
    this.writeState(blank);
    crashPoint("restore:state-blank");
    this.#removeAllButState();
    this.create();
    for (const schema of schemas) this.writeSchema(schema);
    crashPoint("restore:schemas-written");
    this.writeState(state);
  }

  /** Puts state and schemas back to what they were before a package. */
  restore({ state, schemas }: RestorePoint): void {
    this.removeSchemas();
    guardDisk(this.workingDir, () => {
      for (const [name, text] of schemas) writeFileAtomic(join(this.#schemasDir, schemaFileName(name)), text);
      if (state === undefined) rmSync(this.#statePath, { force: true });
      else writeFileAtomic(this.#statePath, state);
    });
    for (const schema of this.readSchemas().values()) this.#onSchema(schema);
  }

  removeSchemas(): void {
    guardDisk(this.workingDir, () => rmSync(this.#schemasDir, { recursive: true, force: true }));
    this.create();
  }

  #removeAllButState(): void {
    guardDisk(this.workingDir, () => {
      for (const name of ["schemas", "normalize", "load", borderFolderName, traceFileName, "trace.pickle"])
        rmSync(join(this.workingDir, name), { recursive: true, force: true });
    });
  }

  #schemaNames(): string[] {
    if (!existsSync(this.#schemasDir)) return [];
    return readdirSync(this.#schemasDir)
      .filter((file) => file.endsWith(schemaFileEnding))
      .map((file) => file.slice(0, -schemaFileEnding.length))
      .sort();
  }
}
