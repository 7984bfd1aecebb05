import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, LeatError } from "../core/errors.ts";
import { type LoadPackageInfo, packageInfo } from "../load/package-info.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import { PackageStore } from "../load-package/package-store.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { PipelineState } from "../state/document.ts";
import { LocalStore } from "./local-store.ts";

/** What this machine knows of a pipeline, be it leat's or dlt's. */
export interface LocalPipelineInfo {
  readonly name: string;
  readonly workingDir: string;
  /** Null before its first extract. Stored with dlt's keys. */
  readonly state: Omit<PipelineState, "sources"> | null;
  readonly sources: NonNullable<PipelineState["sources"]>;
  readonly firstRun: boolean;
  readonly schemas: readonly LocalSchemaInfo[];
  /** Oldest first. */
  readonly pendingPackages: readonly LoadPackageInfo[];
  readonly lastLoadedPackage: LoadPackageInfo | null;
}

export interface LocalSchemaInfo {
  readonly name: string;
  readonly isDefault: boolean;
  readonly version: number;
  readonly versionHash: string;
  readonly engineVersion: number;
  readonly tables: SchemaDocument["tables"];
}

/** One pipeline of a list. */
export interface ListedPipeline {
  readonly name: string;
  readonly workingDir: string;
  readonly destinationType: string | null;
  readonly datasetName: string | null;
  readonly lastLoadId: string | null;
  readonly pendingLoadIds: readonly string[];
  /** Why its folder cannot be read. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** All that a pipeline's working directory says. Reads files only, and changes none. Throws ConfigError when there is no such pipeline, VersionTooNewError, PackageCorruptError. */
export function readLocalPipeline(pipelinesDir: string, name: string): LocalPipelineInfo {
  const workingDir = localFolder(pipelinesDir, name);
  return whileItMoves(() => {
    const local = new LocalStore(workingDir);
    const store = new PackageStore(workingDir);
    store.checkVersions();
    const { sources = {}, ...state } = local.readState() ?? { default_schema_name: null };
    return {
      name,
      workingDir,
      state: "pipeline_name" in state ? state : null,
      sources,
      firstRun: ("_local" in state ? state._local?.first_run : undefined) ?? true,
      schemas: [...local.readSchemas().values()].map((schema) => schemaInfo(schema, state.default_schema_name)),
      pendingPackages: pendingPackages(store),
      lastLoadedPackage: lastLoaded(store),
    };
  });
}

/** The working directory of a pipeline. Throws ConfigError when there is none. */
export function localFolder(pipelinesDir: string, name: string): string {
  const workingDir = join(pipelinesDir, name);
  if (!isPipeline(workingDir)) throw noPipeline(pipelinesDir, name);
  return workingDir;
}

/** The pipelines that have a working directory, by name. */
export function listLocalPipelines(pipelinesDir: string): ListedPipeline[] {
  return pipelineNames(pipelinesDir).map((name) => {
    const workingDir = join(pipelinesDir, name);
    const empty = { name, workingDir, destinationType: null, datasetName: null, lastLoadId: null, pendingLoadIds: [] };
    try {
      return whileItMoves(() => ({ ...empty, ...listed(workingDir) }));
    } catch (error) {
      if (!LeatError.is(error)) throw error;
      return { ...empty, error: { code: error.code, message: error.message } };
    }
  });
}

function listed(workingDir: string): Omit<ListedPipeline, "name" | "workingDir"> {
  const state = new LocalStore(workingDir).readState();
  const store = new PackageStore(workingDir);
  store.checkVersions();
  return {
    destinationType: state?.destination_type ?? null,
    datasetName: state?.dataset_name ?? null,
    lastLoadId: lastLoadedFolder(store)?.loadId ?? null,
    pendingLoadIds: pendingFolders(store).map(({ folder }) => folder.loadId),
  };
}

/** Names of folders that look like a working directory. */
function pipelineNames(pipelinesDir: string): string[] {
  if (!existsSync(pipelinesDir)) return [];
  return readdirSync(pipelinesDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isPipeline(join(pipelinesDir, entry.name)))
    .map((entry) => entry.name)
    .sort();
}

function isPipeline(workingDir: string): boolean {
  return ["state.json", "schemas"].some((name) => existsSync(join(workingDir, name)));
}

function noPipeline(pipelinesDir: string, name: string): ConfigError {
  const names = pipelineNames(pipelinesDir);
  const known = names.length === 0 ? "There are none" : `There ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
  return new ConfigError(
    `There is no pipeline \`${name}\` in \`${pipelinesDir}\`. ${known}. Another folder can be given with --pipelines-dir.`,
  );
}

function schemaInfo(schema: SchemaDocument, defaultName: string | null): LocalSchemaInfo {
  return {
    name: schema.name,
    isDefault: schema.name === defaultName,
    version: schema.version,
    versionHash: schema.version_hash,
    engineVersion: schema.engine_version,
    tables: schema.tables as { readonly [table: string]: TableSchema },
  };
}

function pendingPackages(store: PackageStore): LoadPackageInfo[] {
  return pendingFolders(store).map(({ folder, state }) => packageInfo(folder, state));
}

/** Both forms of a package lie there for a moment, and longer after a crash: the normalized one counts. */
export function pendingFolders(store: PackageStore): { readonly folder: PackageFolder; readonly state: "extracted" | "normalized" }[] {
  const normalized = store.normalized();
  const done = new Set([...normalized, ...store.loaded()].map((folder) => folder.loadId));
  return [
    ...normalized.filter((folder) => folder.completion() === undefined).map((folder) => ({ folder, state: "normalized" as const })),
    ...store
      .extracted()
      .filter((folder) => !done.has(folder.loadId))
      .map((folder) => ({ folder, state: "extracted" as const })),
  ].sort((a, b) => (a.folder.loadId < b.folder.loadId ? -1 : 1));
}

function lastLoaded(store: PackageStore): LoadPackageInfo | null {
  const folder = lastLoadedFolder(store);
  return folder === undefined ? null : packageInfo(folder, "loaded");
}

function lastLoadedFolder(store: PackageStore): PackageFolder | undefined {
  return store.loaded().findLast((folder) => folder.completion() === "loaded");
}

const attempts = 3;

/** A run in another process moves packages while they are looked at: then the look is repeated. */
export function whileItMoves<T>(look: () => T): T {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return look();
    } catch (error) {
      const hasMoved = LeatError.is(error) ? error.code === "package-corrupt" : (error as NodeJS.ErrnoException).code === "ENOENT";
      if (!hasMoved || attempt === attempts) throw error;
    }
  }
}
