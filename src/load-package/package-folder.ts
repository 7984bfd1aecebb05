import {
  closeSync,
  cpSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { FileSyncs } from "../core/file-syncs.ts";
import { closeSynced, readBytesIfExists, readTextIfExists, syncFile, syncFolder, writeFileAtomic } from "../core/files.ts";
import { jsonTextOf } from "../core/json-bytes.ts";
import { encodeJson } from "../core/json-encode.ts";
import { parseTyped } from "../core/json-typed.ts";
import { moveFile } from "../core/move-file.ts";
import type { Discard } from "../schema/discards.ts";
import { type SchemaDocument, schemaEngineVersion } from "../schema/document.ts";
import { readSchema, SchemaUnreadable, SchemaVersionTooNew } from "../schema/read-schema.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import { PackageCorruptError, VersionTooNewError } from "./errors.ts";
import { type JobFile, jobFileName, jobId, parseJobFileName } from "./job-file.ts";
import { hashPackageState, type PackageState, packageStateEngineVersion } from "./package-state.ts";
import { schemaFileName } from "./schema-file-name.ts";

const jobStates = ["new", "started", "failed", "completed"] as const;
export type JobState = (typeof jobStates)[number];

/** A job as it lies in the package. */
export interface PackageJob extends JobFile {
  readonly state: JobState;
  readonly path: string;
  readonly bytes: number;
}

/** Texts of the local state and schemas before a package, for an abort. */
export interface RestorePoint {
  readonly state: string | Buffer | undefined;
  readonly schemas: ReadonlyMap<string, string>;
}

/** One load package on disk, in dlt's layout (wire-format section 7). Reads and writes its files; where the folder lies is PackageStore's business. */
export class PackageFolder {
  readonly workingDir: string;
  readonly loadId: string;
  readonly path: string;
  readonly #syncs: FileSyncs | undefined;
  #lastState: { readonly bytes: Buffer; readonly state: PackageState } | undefined;
  #lastSchema: { readonly bytes: Buffer; readonly schema: SchemaDocument } | undefined;

  /** With `syncs`, for a private folder, what is written survives a power cut from `sync` on; without it at once. */
  constructor(workingDir: string, path: string, loadId: string, syncs?: FileSyncs) {
    this.workingDir = workingDir;
    this.path = path;
    this.loadId = loadId;
    this.#syncs = syncs;
  }

  /** The folder after a move. What was read of it need not be parsed again. */
  movedTo(path: string): PackageFolder {
    const moved = new PackageFolder(this.workingDir, path, this.loadId);
    moved.#lastState = this.#lastState;
    moved.#lastSchema = this.#lastSchema;
    return moved;
  }

  /** The same folder, of a package that is called otherwise from here on. */
  withLoadId(loadId: string): PackageFolder {
    return new PackageFolder(this.workingDir, this.path, loadId, this.#syncs);
  }

  create(): this {
    mkdirSync(this.path, { recursive: true });
    for (const state of jobStates) mkdirSync(join(this.path, `${state}_jobs`));
    // Nothing of leat's comes here; dlt, when it loads the package, expects the folder.
    mkdirSync(join(this.path, ".pending_transitions"));
    return this;
  }

  /** Where a new job file goes. */
  newJobPath(job: JobFile): string {
    return join(this.path, "new_jobs", jobFileName(job));
  }

  /** Takes over the job files of another package that is not committed. */
  takeNewJobs(other: PackageFolder): void {
    for (const job of other.jobs("new")) moveFile(job.path, join(this.path, "new_jobs", basename(job.path)));
    if (other.#syncs !== undefined) this.#syncs?.include(other.#syncs);
  }

  /** All jobs, in the order of their names: by table, then as they were written. */
  jobs(state: JobState): PackageJob[] {
    const folder = join(this.path, `${state}_jobs`);
    const found: PackageJob[] = [];
    for (const name of this.#list(folder, { mayBeGone: state === "completed" }).sort()) {
      const job = parseJobFileName(name);
      const path = join(folder, name);
      if (job !== undefined) found.push({ ...job, state, path, bytes: statSync(path).size });
    }
    return found;
  }

  allJobs(): PackageJob[] {
    return jobStates.flatMap((state) => this.jobs(state));
  }

  /** True when its commit may have succeeded before a crash, which only the destination knows. A package that was not tried has new jobs and no others. */
  get mayBeCommitted(): boolean {
    const waiting = this.jobs("new");
    if (waiting.length === 0 || waiting.some((job) => job.retry > 0)) return true;
    return this.jobs("started").length > 0 || this.jobs("completed").length > 0;
  }

  /** Throws PackageCorruptError when a file is gone that was there when the package was written, since its rows would be lost in silence, or breaks off. */
  checkFiles(): void {
    const { leat_raw_files: rawFiles = [], leat_job_rows: jobRows = {} } = this.readState();
    const present = new Set(this.allJobs().map(jobId));
    const missing = [...rawFiles, ...Object.keys(jobRows)].find((id) => !present.has(id));
    if (missing !== undefined) throw this.#corrupt(this.path, `lacks the file of job \`${missing}\``, undefined);
    const broken = this.allJobs().find((job) => {
      const end = fileEnds.get(job.format);
      // Those that were left out are not read.
      return job.state !== "failed" && end !== undefined && !job.isCompressed && !endsWith(job.path, end);
    });
    if (broken !== undefined) throw this.#corrupt(broken.path, "breaks off before its end", undefined);
  }

  /** Moves a job; a rename, so it is in one state at any moment. */
  moveJob(job: PackageJob, state: JobState): PackageJob {
    const path = join(this.path, `${state}_jobs`, jobFileName(job));
    moveFile(job.path, path);
    return { ...job, state, path };
  }

  writeSchema(schema: SchemaDocument): void {
    this.#writeSynced("schema.json", encodeJson(schema));
  }

  readSchema(): SchemaDocument {
    const path = join(this.path, "schema.json");
    const bytes = this.#readBytes(path);
    // It may have hundreds of tables, and is asked for several times.
    if (this.#lastSchema?.bytes.equals(bytes) === true) return this.#lastSchema.schema;
    try {
      const schema = readSchema(bytes.toString("utf8"), path);
      this.#lastSchema = { bytes, schema };
      return schema;
    } catch (error) {
      if (error instanceof SchemaVersionTooNew) {
        const what = `The schema of load package \`${this.loadId}\` (${path})`;
        throw new VersionTooNewError({
          workingDir: this.workingDir,
          what,
          version: error.version,
          supported: schemaEngineVersion,
          cause: error,
        });
      }
      if (!(error instanceof SchemaUnreadable)) throw error;
      throw this.#corrupt(path, "is no schema document", error);
    }
  }

  writeState(state: PackageState): void {
    this.#writeSynced("load_package_state.json", encodeJson(hashPackageState(state), { typed: true }));
  }

  readState(): PackageState {
    const path = join(this.path, "load_package_state.json");
    const bytes = this.#readBytes(path);
    // It holds the whole state of the pipeline, and is asked for several times.
    if (this.#lastState?.bytes.equals(bytes) === true) return this.#lastState.state;
    const state = this.#parse(path, () => parseTyped(jsonTextOf(bytes)) as PackageState);
    if (state._state_engine_version > packageStateEngineVersion) {
      const what = `Load package \`${this.loadId}\` (${path})`;
      throw new VersionTooNewError({
        workingDir: this.workingDir,
        what,
        version: state._state_engine_version,
        supported: packageStateEngineVersion,
      });
    }
    this.#lastState = { bytes, state };
    return state;
  }

  /** New tables and columns that this package brings; empty before it is normalized. */
  readSchemaUpdate(): SchemaUpdate {
    for (const name of ["applied_schema_updates.json", "schema_updates.json"]) {
      const path = join(this.path, name);
      if (existsSync(path)) return this.#parse(path, () => JSON.parse(this.#read(path)) as SchemaUpdate);
    }
    return {};
  }

  writeSchemaUpdate(update: SchemaUpdate, options: { readonly isApplied: boolean }): void {
    if (options.isApplied) writeFileAtomic(join(this.path, "applied_schema_updates.json"), encodeJson(update));
    else this.#writeSynced("schema_updates.json", encodeJson(update));
  }

  /** What was kept out of the package, as long as no call has told it in full. */
  readDiscards(): readonly Discard[] {
    const path = join(this.path, discardsFile);
    return existsSync(path) ? this.#parse(path, () => JSON.parse(this.#read(path)) as readonly Discard[]) : [];
  }

  writeDiscards(discards: readonly Discard[]): void {
    if (discards.length > 0) this.#writeSynced(discardsFile, encodeJson(discards));
  }

  forgetDiscards(): void {
    rmSync(join(this.path, discardsFile), { force: true });
  }

  /** "loaded" or "aborted" once the package is done. */
  completion(): "loaded" | "aborted" | undefined {
    const text = readTextIfExists(join(this.path, "package_completed.json"));
    return text === undefined ? undefined : text.trim() === "aborted" ? "aborted" : "loaded";
  }

  markCompleted(how: "loaded" | "aborted"): void {
    writeFileAtomic(join(this.path, "package_completed.json"), how);
  }

  writeRestorePoint({ state: stateText, schemas }: RestorePoint): void {
    const folder = join(this.path, ".restore");
    mkdirSync(folder, { recursive: true });
    if (stateText !== undefined) writeFileAtomic(join(folder, "state.json"), stateText);
    if (schemas.size === 0) return;
    mkdirSync(join(folder, "schemas"));
    for (const [name, text] of schemas) writeFileAtomic(join(folder, "schemas", schemaFileName(name)), text);
  }

  /** The local state and schemas as they were before this package; without state when there was none. */
  readRestorePoint(): RestorePoint {
    const folder = join(this.path, ".restore");
    const schemasFolder = join(folder, "schemas");
    const names = existsSync(schemasFolder) ? readdirSync(schemasFolder) : [];
    const schemas = names.map((name) => [name.replace(/\.schema\.json$/, ""), this.#read(join(schemasFolder, name))] as const);
    return { state: readBytesIfExists(join(folder, "state.json")), schemas: new Map(schemas) };
  }

  /** Takes over the restore point of the package's extracted form. */
  copyRestorePoint(extracted: PackageFolder): void {
    const source = join(extracted.path, ".restore");
    if (existsSync(source)) cpSync(source, join(this.path, ".restore"), { recursive: true });
  }

  /** Closes a job file, which is to survive a power cut. */
  closeJob(fd: number, path: string): void {
    if (this.#syncs === undefined) closeSynced(fd, path);
    else this.#syncs.file(fd, path);
  }

  /** A job file that was written just now is to survive a power cut. */
  syncJob(path: string): void {
    if (this.#syncs === undefined) syncFile(path);
    else this.#syncs.path(path);
  }

  /** Makes what the folder holds survive a power cut. */
  async sync(): Promise<void> {
    for (const path of [join(this.path, "new_jobs"), this.path]) {
      if (this.#syncs === undefined) syncFolder(path);
      else this.#syncs.folder(path);
    }
    await this.#syncs?.done();
  }

  /** Deletes the files of completed jobs, as dlt does when it is told not to keep them. */
  discardCompletedJobs(): void {
    rmSync(join(this.path, "completed_jobs"), { recursive: true, force: true });
  }

  /** False: the files of its completed jobs were not kept. */
  get hasCompletedJobs(): boolean {
    return existsSync(join(this.path, "completed_jobs"));
  }

  #writeSynced(name: string, text: string): void {
    const path = join(this.path, name);
    writeFileAtomic(path, text, { sync: this.#syncs === undefined });
    this.#syncs?.path(path);
  }

  #list(folder: string, { mayBeGone }: { readonly mayBeGone: boolean }): string[] {
    try {
      return readdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      if (mayBeGone && existsSync(this.path)) return [];
      throw this.#corrupt(folder, "is missing", error);
    }
  }

  #parse<T>(path: string, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw error instanceof SyntaxError ? this.#corrupt(path, "is not valid JSON", error) : error;
    }
  }

  #read(path: string): string {
    return this.#readBytes(path).toString("utf8");
  }

  #readBytes(path: string): Buffer {
    try {
      return readFileSync(path);
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === "ENOENT" ? this.#corrupt(path, "is missing", error) : error;
    }
  }

  #corrupt(path: string, problem: string, cause: unknown): PackageCorruptError {
    return new PackageCorruptError({ workingDir: this.workingDir, loadId: this.loadId, path, problem, cause });
  }
}

const discardsFile = "leat_discards.json";

/** The bytes that a whole file of a format ends with; they are written last. */
const fileEnds: ReadonlyMap<string, Buffer> = new Map([
  ["parquet", Buffer.from("PAR1")],
  ["csv", Buffer.from("\n")],
]);

function endsWith(path: string, end: Buffer): boolean {
  const fd = openSync(path, "r");
  try {
    const found = Buffer.alloc(end.length);
    readSync(fd, found, 0, end.length, Math.max(0, fstatSync(fd).size - end.length));
    return found.equals(end);
  } finally {
    closeSync(fd);
  }
}
