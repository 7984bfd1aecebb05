import { crashPoint } from "../core/crash-point.ts";
import type { Runtime } from "../core/runtime.ts";
import { asDiskError } from "../load-package/errors.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { bumpSchema } from "../schema/bump.ts";
import { withoutEvolveOnce } from "../schema/contract.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { MergeStrategy } from "../schema/hint-options.ts";
import type { CustomNaming } from "../schema/naming/custom-naming.ts";
import { applyUpdate, type SchemaUpdate } from "../schema/update.ts";
import { currentSchema } from "./current-schema.ts";
import type { JobFormats } from "./job-format-of.ts";
import { type Findings, normalizePackage } from "./normalize-package.ts";
import type { Rotation } from "./rotation.ts";
import type { NormalizeThreads } from "./threads.ts";
import { typesKept } from "./types-kept.ts";
import type { UnitsAhead } from "./units-ahead.ts";

export interface NormalizeOptions {
  readonly extracted: PackageFolder;
  readonly store: PackageStore;
  /** The schema as it is known now; undefined when the package is the first of its schema. */
  readonly schema: SchemaDocument | undefined;
  /** Contracts that are declared by now, put into the schema of the package. */
  readonly withContracts: (schema: SchemaDocument, extracted: PackageFolder) => SchemaDocument;
  readonly maxIdentifierLength: number | undefined;
  /** The naming convention of the pipeline, where it is none of leat's. */
  readonly customNaming?: CustomNaming | undefined;
  /** Of the destination. */
  readonly caseSensitiveIdentifiers: boolean;
  /** Precision and scale of its wei columns. */
  readonly weiPrecision: readonly [precision: number, scale: number];
  /** How it can merge rows: their ids depend on it. */
  readonly mergeStrategies: readonly MergeStrategy[];
  /** See `jobFormatsOf`. */
  readonly jobFormats: JobFormats;
  readonly rotation?: Rotation | undefined;
  /** Threads that may help. */
  readonly threads?: NormalizeThreads | undefined;
  /** What was done while the package was extracted. */
  readonly ahead?: UnitsAhead | undefined;
  /** False: the kernel is not used. Default true. */
  readonly useKernel?: boolean | undefined;
  readonly runtime: Runtime;
  /** Ends it between two raw files. */
  readonly signal?: AbortSignal;
  readonly onProgress: (rows: number) => void;
}

export interface NormalizeResult {
  readonly loadId: string;
  readonly schema: SchemaDocument;
  readonly schemaUpdate: SchemaUpdate;
  readonly rowCounts: { readonly [table: string]: number };
  readonly findings: Findings;
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
  const before = options.withContracts(typesKept(currentSchema(options.schema, extracted), options), extracted);
  const target = store.createNormalizing(extracted.loadId);
  const { schemaUpdate, jobRows, csvFiles, rowCounts, findings } = await normalizePackage({ ...options, target, schema: before });
  const schema = bumpSchema(withoutEvolveOnce(applyUpdate(before, schemaUpdate), Object.keys(rowCounts)));
  target.writeSchema(schema);
  target.writeSchemaUpdate(schemaUpdate, { isApplied: false });
  const { leat_raw_files: _, leat_csv_files: __, ...state } = extracted.readState();
  const readings = Object.keys(csvFiles).length === 0 ? {} : { leat_csv_files: csvFiles };
  target.writeState({ ...state, leat_job_rows: jobRows, ...readings });
  target.copyRestorePoint(extracted);
  target.writeDiscards([...extracted.readDiscards(), ...findings.discards]);
  await target.sync();
  store.commitNormalized(target);
  crashPoint("normalize:extracted-discarded");
  return { loadId: extracted.loadId, schema, schemaUpdate, rowCounts, findings };
}
