import { openSchema } from "../load-package/open-documents.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import { dropTables } from "../schema/drop-tables.ts";
import { applyUpdate } from "../schema/update.ts";

/**
 * What earlier packages and others brought since this one was extracted, and what this one declares. A table that was dropped stays dropped: by this
 * package, or by somebody else since, unless rows for it wait here.
 */
export function currentSchema(known: SchemaDocument | undefined, package_: PackageFolder): SchemaDocument {
  const mine = package_.readSchema();
  if (known === undefined || known.version_hash === mine.version_hash) return known ?? mine;
  const before = tablesBefore(package_, mine.name);
  const dropped = [
    ...(package_.readState().dropped_tables ?? []),
    ...Object.values(before).filter((table) => !Object.hasOwn(mine.tables, table.name)),
  ];
  const stays = { ...dropTables(known, dropped), settings: mine.settings, normalizers: mine.normalizers };
  const declared = Object.values(mine.tables).filter(
    (table) => !isDroppedSince(table, { mine, known, before, needed: tablesWithRows(package_) }),
  );
  return applyUpdate(stays, Object.fromEntries(declared.map(({ name, ...table }) => [name, table])));
}

interface Sides {
  readonly mine: SchemaDocument;
  readonly known: SchemaDocument;
  readonly before: SchemaDocument["tables"];
  readonly needed: ReadonlySet<string>;
}

function isDroppedSince(table: TableSchema, sides: Sides): boolean {
  const { mine, known, before, needed } = sides;
  const parent = table.parent === undefined ? undefined : mine.tables[table.parent];
  if (parent !== undefined && isDroppedSince(parent, sides)) return true;
  return Object.hasOwn(before, table.name) && !Object.hasOwn(known.tables, table.name) && !needed.has(table.name);
}

function tablesWithRows(package_: PackageFolder): ReadonlySet<string> {
  return new Set(package_.jobs("new").map((job) => job.table));
}

/** The tables as they were before the package was extracted. */
export function tablesBefore(package_: PackageFolder, schemaName: string): SchemaDocument["tables"] {
  const text = package_.readRestorePoint().schemas.get(schemaName);
  return text === undefined ? {} : openSchema(text, package_.workingDir, `The restore point of load package \`${package_.loadId}\``).tables;
}
