import { crashPoint } from "../core/crash-point.ts";
import type { Runtime } from "../core/runtime.ts";
import type { JobFormat } from "../formats/job-format.ts";
import { asDiskError } from "../load-package/errors.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { bumpSchema } from "../schema/bump.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { applyUpdate, type SchemaUpdate } from "../schema/update.ts";
import { currentSchema } from "./current-schema.ts";
import { normalizePackage } from "./normalize-package.ts";

export interface NormalizeOptions {
  readonly extracted: PackageFolder;
  readonly store: PackageStore;
  /** The schema as it is known now; undefined when the package is the first of its schema. */
  readonly schema: SchemaDocument | undefined;
  readonly maxIdentifierLength: number | undefined;
  /** Of the destination. */
  readonly caseSensitiveIdentifiers: boolean;
  /** See `jobFormatOf`. */
  readonly jobFormat: JobFormat;
  readonly runtime: Runtime;
  readonly onProgress: (rows: number) => void;
}

export interface NormalizeResult {
  readonly loadId: string;
  readonly schema: SchemaDocument;
  readonly schemaUpdate: SchemaUpdate;
  readonly rowCounts: { readonly [table: string]: number };
}

/** Turns an extracted package into a normalized one, which takes its place. When it fails the extracted package stays as it was. */
export async function normalize(options: NormalizeOptions): Promise<NormalizeResult> {
  const { extracted, store } = options;
  try {
    return await writeNormalized(options);
  } catch (error) {
    store.discardNormalizing(extracted.loadId);
    throw asDiskError(store.workingDir, error);
  }
}

async function writeNormalized(options: NormalizeOptions): Promise<NormalizeResult> {
  const { extracted, store } = options;
  extracted.checkFiles();
  const before = currentSchema(options.schema, extracted);
  const target = store.createNormalizing(extracted.loadId);
  const { schemaUpdate, jobRows, rowCounts } = await normalizePackage({ ...options, target, schema: before });
  const schema = bumpSchema(applyUpdate(before, schemaUpdate));
  target.writeSchema(schema);
  target.writeSchemaUpdate(schemaUpdate, { isApplied: false });
  const { leat_raw_files: _, ...state } = extracted.readState();
  target.writeState({ ...state, leat_job_rows: jobRows });
  target.copyRestorePoint(extracted);
  store.commitNormalized(target);
  crashPoint("normalize:extracted-discarded");
  return { loadId: extracted.loadId, schema, schemaUpdate, rowCounts };
}
