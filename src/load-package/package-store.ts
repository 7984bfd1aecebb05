import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { crashPoint } from "../core/crash-point.ts";
import { FileSyncs } from "../core/file-syncs.ts";
import { readTextIfExists, syncFolder, writeFileAtomic } from "../core/files.ts";
import { moveFile } from "../core/move-file.ts";
import { PackageCorruptError, VersionTooNewError } from "./errors.ts";
import { keepFailures } from "./job-failures.ts";
import { PackageFolder } from "./package-folder.ts";

const normalizeStorageVersion = "1.0.1";
const loadStorageVersion = "1.0.2";

/** Where the packages of one pipeline lie: `normalize/` before, `load/` after normalization (SPEC.md has the states and moves). */
export class PackageStore {
  readonly workingDir: string;
  readonly #extracted: string;
  readonly #new: string;
  readonly #normalized: string;
  readonly #loaded: string;

  constructor(workingDir: string) {
    this.workingDir = workingDir;
    this.#extracted = join(workingDir, "normalize", "extracted");
    this.#new = join(workingDir, "load", "new");
    this.#normalized = join(workingDir, "load", "normalized");
    this.#loaded = join(workingDir, "load", "loaded");
  }

  /** Makes the folders, refuses those of a newer version, and clears what an interrupted run left half done. Needs the pipeline's lock. */
  open(): void {
    for (const folder of [this.#extracted, this.#new, this.#normalized, this.#loaded]) mkdirSync(folder, { recursive: true });
    this.#checkVersion("normalize", normalizeStorageVersion);
    this.#checkVersion("load", loadStorageVersion);
    this.#clearInterrupted();
  }

  /** Refuses folders of a newer version; changes nothing. */
  checkVersions(): void {
    this.#checkVersion("normalize", normalizeStorageVersion, { readOnly: true });
    this.#checkVersion("load", loadStorageVersion, { readOnly: true });
  }

  /** A private folder for a package that is being extracted. Nobody sees it before `commitExtracted`. */
  createExtracting(loadId: string): PackageFolder {
    const privateFolder = join(this.workingDir, "normalize", randomBytes(8).toString("hex"));
    mkdirSync(privateFolder);
    return new PackageFolder(this.workingDir, join(privateFolder, loadId), loadId, new FileSyncs()).create();
  }

  /** From here on the package is kept until it is loaded or aborted. It is synced before. */
  commitExtracted(extracting: PackageFolder): PackageFolder {
    crashPoint("extract:before-commit");
    const path = join(this.#extracted, extracting.loadId);
    moveFile(extracting.path, path);
    syncFolder(this.#extracted);
    crashPoint("extract:after-commit");
    rmSync(join(extracting.path, ".."), { recursive: true });
    return extracting.movedTo(path);
  }

  /** A private folder for what is normalized of packages that are still extracted. */
  createAhead(): string {
    const path = join(this.workingDir, "normalize", randomBytes(8).toString("hex"));
    mkdirSync(path);
    return path;
  }

  discardAhead(path: string): void {
    rmSync(path, { recursive: true, force: true });
  }

  discardExtracting(extracting: PackageFolder): void {
    rmSync(join(extracting.path, ".."), { recursive: true, force: true });
  }

  /** An empty folder for the normalized form of a package. */
  createNormalizing(loadId: string): PackageFolder {
    const path = join(this.#new, loadId);
    rmSync(path, { recursive: true, force: true });
    return new PackageFolder(this.workingDir, path, loadId, new FileSyncs()).create();
  }

  /** The normalized form, which is synced before, takes the place of the extracted one. */
  commitNormalized(normalizing: PackageFolder): PackageFolder {
    crashPoint("normalize:before-commit");
    const path = join(this.#normalized, normalizing.loadId);
    moveFile(normalizing.path, path);
    syncFolder(this.#normalized);
    crashPoint("normalize:after-commit");
    this.discardExtracted(normalizing.loadId);
    return normalizing.movedTo(path);
  }

  discardNormalizing(loadId: string): void {
    rmSync(join(this.#new, loadId), { recursive: true, force: true });
  }

  discardExtracted(loadId: string): void {
    rmSync(join(this.#extracted, loadId), { recursive: true, force: true });
  }

  /** The package is in the destination: marks it and moves it to the loaded ones. */
  completeLoaded(normalized: PackageFolder): PackageFolder {
    normalized.markCompleted("loaded");
    crashPoint("load:before-move");
    const path = join(this.#loaded, normalized.loadId);
    moveFile(normalized.path, path);
    return normalized.movedTo(path);
  }

  /** Ends a pending package without loading it: kept among the loaded ones, marked as aborted, when it was normalized, else removed. */
  abort(folder: PackageFolder): void {
    const { loadId } = folder;
    if (folder.path === join(this.#normalized, loadId)) {
      folder.markCompleted("aborted");
      // Only now: a package that may still load must not lose a job.
      keepFailures(folder);
      crashPoint("abort:package-marked");
      moveFile(folder.path, join(this.#loaded, loadId));
    } else this.discardExtracted(loadId);
  }

  /** Removes the older ones of the loaded packages whose files were not kept: what is left of them says no more than the newest of the same schema does. */
  discardCleanedBefore(newest: PackageFolder): void {
    const { name } = newest.readSchema();
    for (const folder of this.loaded()) {
      if (folder.loadId >= newest.loadId || folder.hasCompletedJobs || folder.completion() !== "loaded") continue;
      if (schemaNameOf(folder, name) === name) rmSync(folder.path, { recursive: true, force: true });
    }
  }

  /** Oldest first. */
  extracted(): PackageFolder[] {
    return this.#packages(this.#extracted);
  }

  /** Oldest first. */
  normalized(): PackageFolder[] {
    return this.#packages(this.#normalized);
  }

  /** Oldest first; the completed and the aborted ones. */
  loaded(): PackageFolder[] {
    return this.#packages(this.#loaded);
  }

  /** The package of that load id, in its final form; undefined when it is not here. */
  normalizedOrLoaded(loadId: string): PackageFolder | undefined {
    const path = [this.#normalized, this.#loaded].map((folder) => join(folder, loadId)).find((folder) => existsSync(folder));
    return path === undefined ? undefined : new PackageFolder(this.workingDir, path, loadId);
  }

  pendingLoadIds(): string[] {
    return [...this.#loadIds(this.#normalized), ...this.#loadIds(this.#extracted)].sort();
  }

  /** Of all packages that are here; undefined when there are none. */
  newestLoadId(): string | undefined {
    return [...this.pendingLoadIds(), ...this.#loadIds(this.#loaded)].sort().at(-1);
  }

  #packages(folder: string): PackageFolder[] {
    return this.#loadIds(folder).map((loadId) => new PackageFolder(this.workingDir, join(folder, loadId), loadId));
  }

  #loadIds(folder: string): string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => /^\d+(\.\d+)?$/.test(name))
      .sort();
  }

  /** What a killed run leaves: private folders, half-normalized packages, unfinished files, and moves that lack their last step. */
  #clearInterrupted(): void {
    // The root may hold files of others: a database, and what it spills.
    for (const name of ["state.json.tmp", "trace.json.tmp"]) rmIfFile(join(this.workingDir, name));
    for (const folder of ["schemas", "normalize", "load"]) removeUnfinishedFiles(join(this.workingDir, folder));
    for (const { path } of [...this.normalized(), ...this.extracted()])
      for (const name of ["", "failed_jobs", ".exceptions"]) removeUnfinishedFiles(join(path, name));
    const normalizeFolder = join(this.workingDir, "normalize");
    for (const name of readdirSync(normalizeFolder)) {
      if (/^[0-9a-f]{16}$/.test(name)) rmSync(join(normalizeFolder, name), { recursive: true });
    }
    for (const loadId of this.#loadIds(this.#new)) this.discardNormalizing(loadId);
    const done = new Set([...this.#loadIds(this.#normalized), ...this.#loadIds(this.#loaded)]);
    for (const loadId of this.#loadIds(this.#extracted)) if (done.has(loadId)) this.discardExtracted(loadId);
    for (const folder of this.normalized()) {
      if (folder.completion() !== undefined) moveFile(folder.path, join(this.#loaded, folder.loadId));
    }
  }

  #checkVersion(name: "normalize" | "load", supported: string, options: { readonly readOnly?: boolean } = {}): void {
    const path = join(this.workingDir, name, ".version");
    const found = readTextIfExists(path)?.trim();
    if (found === undefined) {
      if (!options.readOnly) writeFileAtomic(path, supported);
      return;
    }
    const [major = 0] = found.split(".").map(Number);
    if (major <= Number(supported.split(".")[0])) return;
    throw new VersionTooNewError({
      workingDir: this.workingDir,
      what: `The folder \`${join(this.workingDir, name)}\``,
      version: major,
      supported,
    });
  }
}

/** Of `writeFileAtomic`: their text did not come into its place. */
function removeUnfinishedFiles(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.endsWith(".tmp")) rmIfFile(join(folder, name));
}

function rmIfFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) rmSync(path, { force: true });
}

/** Of a package that nobody needs any more: one that is damaged may go as well. */
function schemaNameOf(folder: PackageFolder, otherwise: string): string {
  try {
    return folder.readSchema().name;
  } catch (error) {
    if (error instanceof PackageCorruptError) return otherwise;
    throw error;
  }
}
