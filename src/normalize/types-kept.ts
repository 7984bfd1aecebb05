import { followedSchema } from "../load-package/followed-package.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { keepTypes } from "../schema/keep-types.ts";

interface PackageInStore {
  readonly store: PackageStore;
  readonly extracted: PackageFolder;
}

/** A hint that comes after rows were cut off does not change the type of a column that they made: what does not fit it goes into variants, as any other value. */
export function typesKept(schema: SchemaDocument, { store, extracted }: PackageInStore): SchemaDocument {
  const followed = followedSchema(store, extracted);
  if (followed === undefined) return schema;
  const dropped = new Set((extracted.readState().dropped_tables ?? []).map((table) => table.name));
  // Job files that extract wrote have the types that they have.
  const written = new Set(extracted.jobs("new").flatMap((job) => (job.format === "typed-jsonl" ? [] : [job.table])));
  return keepTypes(schema, followed, (table) => dropped.has(table) || written.has(table));
}
