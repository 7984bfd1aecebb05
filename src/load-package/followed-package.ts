import type { SchemaDocument } from "../schema/document.ts";
import type { PackageFolder } from "./package-folder.ts";
import type { PackageStore } from "./package-store.ts";

/**
 * The final schema of the package that `folder` follows: the newest of the same schema that waited, or was made by the same run, when it was extracted.
 * Undefined when there is none, or when it is not here any more.
 */
export function followedSchema(store: PackageStore, folder: PackageFolder): SchemaDocument | undefined {
  const { leat_follows } = folder.readState();
  const followed = leat_follows === undefined ? undefined : store.normalizedOrLoaded(leat_follows);
  return followed === undefined || followed.completion() === "aborted" ? undefined : followed.readSchema();
}

/** The newest package of a schema that waits, normalized or not. */
export function newestWaiting(store: PackageStore, schemaName: string): string | undefined {
  const waiting = [...store.normalized(), ...store.extracted()].sort((a, b) => (a.loadId < b.loadId ? 1 : -1));
  return waiting.find((folder) => folder.readSchema().name === schemaName)?.loadId;
}
