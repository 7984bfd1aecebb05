import { crashPoint } from "../core/crash-point.ts";
import { openSchema, openState } from "../load-package/open-documents.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { bumpSchema } from "../schema/bump.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { stateTableName } from "../schema/system-tables.ts";
import { isComplete } from "../schema/table.ts";
import { applyUpdate, type SchemaUpdate } from "../schema/update.ts";
import { decodeStateBlob } from "../state/blob.ts";
import type { LocalStore } from "./local-store.ts";

/**
 * A run that was killed between the commit of a package and the writing of local state leaves the package ahead.
 * The package counts: local state and schemas are brought up to it. Needs the pipeline's lock.
 */
export function recoverLocal(local: LocalStore, store: PackageStore): void {
  for (const folder of [...store.extracted(), ...store.normalized()].sort((a, b) => (a.loadId < b.loadId ? -1 : 1))) {
    recoverSchema(local, folder);
    crashPoint("recover:schema-saved");
    recoverState(local, folder);
  }
}

function recoverSchema(local: LocalStore, folder: PackageFolder): void {
  const packaged = folder.readSchema();
  const mine = local.peekSchemas().get(packaged.name);
  if (mine === undefined || mine.version < packaged.version || isBefore(mine, folder)) local.writeSchema(packaged);
  else recoverColumns(local, mine, folder);
}

/** A package behind this one may have been extracted while this one was normalized: then the local schema has what that one declares, and lacks these columns. */
function recoverColumns(local: LocalStore, mine: SchemaDocument, folder: PackageFolder): void {
  const isKnown = ([table, { columns }]: [string, SchemaUpdate[string]]): boolean =>
    Object.values(columns).every(({ name }) => {
      const column = Object.hasOwn(mine.tables, table) ? mine.tables[table]!.columns[name] : undefined;
      return column !== undefined && isComplete(column);
    });
  const lacking = Object.entries(folder.readSchemaUpdate()).filter((entry) => !isKnown(entry));
  if (lacking.length > 0) local.writeSchema(bumpSchema(applyUpdate(mine, Object.fromEntries(lacking))));
}

/** A refresh may count the versions of its schema from 1 again: then the local schema is behind as long as it is the one of before the package. */
function isBefore(mine: SchemaDocument, folder: PackageFolder): boolean {
  if (folder.readState().refresh === undefined) return false;
  const text = folder.readRestorePoint().schemas.get(mine.name);
  if (text === undefined) return false;
  const before = openSchema(text, folder.workingDir, `The restore point of load package \`${folder.loadId}\``);
  return before.version === mine.version && before.version_hash === mine.version_hash;
}

function recoverState(local: LocalStore, folder: PackageFolder): void {
  const row = folder.readState().pipeline_state;
  const mine = local.readState();
  if (row === undefined || (mine !== undefined && mine._state_version >= row.version)) return;
  const packaged = openState(() => decodeStateBlob(row.state), folder.workingDir, `The state in load package \`${folder.loadId}\``);
  const isLoaded = folder.allJobs().some((job) => job.table === stateTableName);
  const extracted = isLoaded ? { _last_extracted_hash: packaged._version_hash!, _last_extracted_at: row.created_at } : {};
  local.writeState({ ...packaged, _local: { ...(mine?._local ?? { first_run: true }), ...extracted } });
}
