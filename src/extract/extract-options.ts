import type { Runtime } from "../core/runtime.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import type { JobFormat } from "../formats/job-format.ts";
import type { PackageFolder, RestorePoint } from "../load-package/package-folder.ts";
import type { PackageCommands } from "../load-package/package-state.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { MergeStrategy, ResourceHints, SourceHints } from "../schema/hint-options.ts";
import type { CustomNaming } from "../schema/naming/custom-naming.ts";
import type { PipelineState } from "../state/document.ts";
import type { AddedArrowColumns } from "./arrow-rows.ts";
import type { CommitEvery } from "./cutter.ts";
import type { ResourceDefinition } from "./definition.ts";
import type { DiscardedRows } from "./discarded-rows.ts";
import type { BorderChunks } from "./incremental/border-chunks.ts";
import type { RawFileLimits } from "./raw-file.ts";
import type { Refresh } from "./refresh-modes.ts";
import type { RunningPipeline } from "./running.ts";
import type { EndedRawFile } from "./source-extract.ts";

/** One source of a run: its resources, ready to run, and the schema that they go into. */
export interface SourceToExtract {
  /** Name of source, schema and state slot. */
  readonly name: string;
  readonly resources: readonly ResourceDefinition[];
  readonly hints: SourceHints;
  /** Of what its resources share. */
  readonly stateSchema?: StandardSchema | undefined;
  /** As it is stored now, or new. */
  readonly schema: SchemaDocument;
  /** What it begins anew with; default a schema without tables. */
  readonly freshSchema?: SchemaDocument | undefined;
  /** What the load has to do besides. Given, the package has a state row in any case. */
  readonly commands?: PackageCommands;
}

export interface ExtractOptions {
  readonly sources: readonly SourceToExtract[];
  /** The state to go on from. It is not changed, unless it is handed over. */
  readonly state: PipelineState;
  /** The caller does not use `state` any more, and it holds no `Float`: a large one need not be copied. */
  readonly ownsState: boolean;
  /** Hash of the state that the destination has. */
  readonly storedStateHash: string | undefined;
  /** Hashes of states in other datasets that this one comes after. */
  readonly storedStateHashes: readonly string[];
  /** False: no state rows. */
  readonly storesState: boolean;
  /** Starts the sources over, or parts of them. */
  readonly refresh: Refresh | undefined;
  /** Of a schema that begins anew. */
  readonly naming: string;
  /** The convention behind it, where it is none of leat's. */
  readonly customNaming?: CustomNaming | undefined;
  readonly store: PackageStore;
  /** Texts of the local state and schemas, put beside the package for an abort. */
  readonly restorePoint: RestorePoint;
  readonly runtime: Runtime;
  readonly pipeline: RunningPipeline;
  readonly signal: AbortSignal;
  readonly workers: number;
  readonly maxParallelItems: number;
  readonly order: "fifo" | "round_robin";
  /** Longest name that the destination takes. */
  readonly maxIdentifierLength: number | undefined;
  readonly rawLimits?: RawFileLimits | undefined;
  /** Of the job files of a table whose rows come in columns. */
  readonly jobFormat: (table: TableSchema) => JobFormat;
  /** Columns of leat's that rows in columns get. */
  readonly arrowColumns?: AddedArrowColumns | undefined;
  /** How the destination merges rows. */
  readonly mergeStrategies: readonly MergeStrategy[];
  /** Refuses hints that a mark brings and that cannot be done. */
  readonly checkHints: (resource: string, hints: ResourceHints, schema: SchemaDocument) => void;
  /** Refuses a state that is too large. Gets the length of its text too, which is known anyway. */
  readonly checkState: (bytes: number, state: PipelineState) => void;
  readonly onProgress: (progress: ResourceProgress) => void;
  /** Raw files that are full, one by one, while others are written. */
  readonly onRawFile?: ((file: EndedRawFile) => void) | undefined;
  /** Default: one package per source, at the end. */
  readonly commitEvery?: CommitEvery | undefined;
  /** Resources end after this time, at their next item; those whose part would be wrong are read to their end. */
  readonly maxDurationMs?: number | undefined;
  /** Several extracts go on at once: each ends in its turn, on what those before it have left. */
  readonly inTurn?: InTurn | undefined;
  /** Packages are committed. The run goes on when this is done. */
  readonly onCommitted: (committed: Committed, isLast: boolean) => void | Promise<void>;
  /** For cursors with more rows at their last value than the state is to hold. Default: the state holds them all. */
  readonly borderChunks?: BorderChunks | undefined;
  /** A schema as it is now: others may have brought it further since the last cut. */
  readonly knownSchema?: (name: string) => SchemaDocument | undefined;
  /** A schema as the working directory keeps it once its package is committed: with what belongs to this machine. */
  readonly asKept?: (schema: SchemaDocument) => SchemaDocument;
  /** No package was loaded yet. */
  readonly isFirstRun?: () => boolean;
  /** Comes once the packages are committed. */
  readonly onDiscardedRows?: (discarded: DiscardedRows) => void;
  readonly onWarning: (code: string, message: string) => void;
}

export type InTurn = <T>(end: (turn: Turn) => Promise<T>) => Promise<T>;

/** What an extract ends on. */
export interface Turn {
  /** What others have left since this one began; undefined when nobody ended meanwhile. */
  readonly since: { readonly state: PipelineState; readonly restorePoint: RestorePoint; readonly lastLoadId: string } | undefined;
  /** Changes the state that goes into the package. */
  readonly amend: (state: PipelineState) => void;
}

/** What the working directory holds once packages are committed. */
export interface Committed {
  /** Oldest first. */
  readonly packages: readonly PackageFolder[];
  /** The text of the state. */
  readonly state: Buffer;
  readonly schemas: readonly SchemaDocument[];
}

export interface ResourceProgress {
  readonly resource: string;
  /** Rows so far. */
  readonly items: number;
  readonly isDone: boolean;
}
