import type { Runtime } from "../core/runtime.ts";
import { microsOf } from "../core/timestamp.ts";
import type { PackagePlan, StoredHeads } from "../destination-kit/contract.ts";
import { followedSchema } from "../load-package/followed-package.ts";
import { openSchema, openState } from "../load-package/open-documents.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { borderEntries, stateTableName } from "../schema/system-tables.ts";
import { nestedTables, rootTable } from "../schema/table.ts";
import { decodeState, decodeStateBlob } from "../state/blob.ts";
import { borderChunksOf } from "../state/border-chunks.ts";
import type { PipelineState } from "../state/document.ts";
import type { StateRow } from "../state/state-row.ts";
import { planPackage } from "./plan-package.ts";
import { type Reconciliation, reconcile } from "./reconcile.ts";

export interface PackageToPlan {
  readonly pipelineName: string;
  readonly folder: PackageFolder;
  readonly store: PackageStore;
  readonly runtime: Runtime;
  readonly keepStateVersions: number | undefined;
  readonly truncateStaging: boolean;
  /** No package is loaded after this one. */
  readonly isLast: boolean;
  /** The package was started before. */
  readonly mayBeCommitted: boolean;
}

/** What is stored in place of what the package holds, since others committed in the meantime. */
export interface Merged {
  readonly schema?: { readonly packaged: SchemaDocument; readonly stored: SchemaDocument };
  readonly state?: PipelineState;
}

/** The plan of a package, made final when the destination says what is stored at the moment of the commit. `onMerged` is called for every attempt. */
export function reconcilingPlan(options: PackageToPlan, jobs: readonly PackageJob[], onMerged: (merged: Merged) => void): PackagePlan {
  const { pipelineName, folder, runtime, keepStateVersions, truncateStaging, isLast, mayBeCommitted } = options;
  const schema = folder.readSchema();
  const commands = folder.readState();
  const { leat_csv_files: csvFiles } = commands;
  const createdAtMicros = Number(microsOf(commands.created_at));
  const row = jobs.some((job) => job.table === stateTableName) ? commands.pipeline_state : undefined;
  // The state row is final at the commit only: its job stays a file.
  const rowJobs = row === undefined ? jobs : jobs.filter((job) => job.table !== stateTableName);
  const planFor = (final: SchemaDocument, insertedAtMicros: number): PackagePlan => ({
    ...planPackage({
      loadId: folder.loadId,
      schema: final,
      pipelineName,
      jobs: rowJobs,
      csvFiles,
      createdAtMicros,
      insertedAtMicros,
      commands,
    }),
    keepStateVersions,
    truncateStaging,
    isLast,
    mayBeCommitted,
  });
  const brought = reconciliation(options, { schema, row, jobs: rowJobs, runtime });
  return {
    ...planFor(schema, runtime.nowMicros()),
    reconcile: (heads) => {
      const result = reconcile(brought, heads);
      onMerged({
        ...(result.schema === schema ? {} : { schema: { packaged: schema, stored: result.schema } }),
        ...(result.mergedState === undefined ? {} : { state: result.mergedState }),
      });
      const { state } = result;
      return { ...planFor(result.schema, commitTime(runtime, heads)), state, liveEntries: state && liveEntries(state, folder) };
    },
  };
}

/** What the state that is stored in the end refers to. Read when there is something to delete only. */
function liveEntries(row: StateRow, { workingDir, loadId }: PackageFolder): NonNullable<PackagePlan["liveEntries"]> {
  const state = (): PipelineState => openState(() => decodeStateBlob(row.state), workingDir, `The state in load package \`${loadId}\``);
  return { name: borderEntries, keys: () => borderChunksOf(state()) };
}

/** The newest version of a schema is the one stored last, also where the clocks of two machines differ. */
function commitTime(runtime: Runtime, { schema }: StoredHeads): number {
  return Math.max(runtime.nowMicros(), schema === undefined ? 0 : schema.insertedAtMicros + 1);
}

interface Brought {
  readonly schema: SchemaDocument;
  readonly row: StateRow | undefined;
  readonly jobs: readonly PackageJob[];
  readonly runtime: Runtime;
}

function reconciliation({ folder, store }: PackageToPlan, { schema, row, jobs, runtime }: Brought): Reconciliation {
  const { workingDir, loadId } = folder;
  const what = `The restore point of load package \`${loadId}\``;
  return {
    loadId,
    workingDir,
    schema,
    stateRow: row,
    knownStates: folder.readState().leat_known_states ?? [],
    baseSchema: () => {
      const text = folder.readRestorePoint().schemas.get(schema.name);
      const before = text === undefined ? undefined : openSchema(text, workingDir, what);
      // What the package that this one follows brought was normalized after the restore point was taken, unless that is newer.
      const followed = followedSchema(store, folder);
      return followed === undefined || (before !== undefined && before.version >= followed.version) ? before : followed;
    },
    baseState: () => {
      const { state } = folder.readRestorePoint();
      return state === undefined ? undefined : openState(() => decodeState(state), workingDir, what);
    },
    needed: new Set(jobs.flatMap((job) => nestedTables(schema, rootTable(schema, job.table).name).map((table) => table.name))),
    runtime,
  };
}
