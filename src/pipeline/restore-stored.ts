import type { Runtime } from "../core/runtime.ts";
import { Timestamp } from "../core/timestamp.ts";
import type { LoadSession, StoredState } from "../destination-kit/contract.ts";
import { openSchema, openState } from "../load-package/open-documents.ts";
import { bumpSchema } from "../schema/bump.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { decodeStateBlob } from "../state/blob.ts";
import { bumpState } from "../state/bump.ts";
import type { PipelineState } from "../state/document.ts";

/** A state as the destination stores it, in the form of today. Its hash and version are those that its writer gave it. Throws VersionTooNewError, InvalidStateError. */
export function openStored(stored: StoredState, workingDir: string): PipelineState {
  const what = `The state of pipeline \`${stored.pipelineName}\` in the destination`;
  return openState(() => decodeStateBlob(stored.blob), workingDir, what);
}

/** The newest stored version of each schema. One that is not stored is left out. */
export async function downloadSchemas(
  session: Pick<LoadSession, "readSchema">,
  names: readonly string[],
  workingDir: string,
): Promise<SchemaDocument[]> {
  const schemas: SchemaDocument[] = [];
  for (const name of names) {
    const stored = await session.readSchema(name);
    if (stored !== undefined) schemas.push(bumpSchema(openSchema(stored.json, workingDir, `The schema \`${name}\` in the destination`)));
  }
  return schemas;
}

export interface Restoring {
  /** The state of a pipeline that never ran: with the dataset and the destination that the caller asked for, which win over the stored ones. */
  readonly asked: PipelineState;
  /** What this machine keeps for itself. */
  readonly ownPart: PipelineState["_local"];
  /** Where the destination says that the data is. */
  readonly place: string;
  readonly runtime: Runtime;
}

/** A stored state as the local one. What differs from what is stored (a wrong hash, another dataset or destination) is a change that the next package carries. */
export function asLocal(stored: PipelineState, { asked, ownPart, place, runtime }: Restoring): PipelineState {
  const { _local: _, ...document } = bumpState(stored);
  const { dataset_name, destination_type, destination_name } = asked;
  const restored = {
    first_run: false,
    _last_extracted_hash: stored._version_hash ?? document._version_hash!,
    _last_extracted_at: Timestamp.fromMicros(runtime.nowMicros()),
    leat_destination_place: place,
    ...layoutOf(asked, ownPart),
  };
  return { ...document, dataset_name, destination_type, destination_name, _local: { ...ownPart, ...restored } };
}

/** Whoever opens the pipeline without its script has to know whether its schemas have datasets of their own. */
export function layoutOf(asked: PipelineState, ownPart: PipelineState["_local"]): { readonly leat_single_dataset?: boolean } {
  const isSingle = asked._local?.leat_single_dataset !== false;
  return isSingle && ownPart?.leat_single_dataset === undefined ? {} : { leat_single_dataset: isSingle };
}
