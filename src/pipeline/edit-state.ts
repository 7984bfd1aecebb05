import { PackagePendingError } from "../load-package/errors.ts";
import { normalizeSchemaName } from "../schema/naming/schema-name.ts";
import { bumpState } from "../state/bump.ts";
import { checkEdit } from "../state/check-edit.ts";
import type { PipelineState } from "../state/document.ts";
import { encodeState } from "../state/encode.ts";
import { WorkingCopy } from "../state/working-copy.ts";
import { commitOrGiveUp } from "./commit-or-give-up.ts";
import { checkMaxBytes } from "./state-size.ts";
import type { StepHost } from "./step-host.ts";
import { extractStateStep, syncStep } from "./steps.ts";

/**
 * Changes the state outside of a run and commits it: a package of its own, with the state row alone, goes the way of all packages, so a crash leaves what the
 * next run finishes. Nothing is stored when nothing changed. Throws PackagePendingError, InvalidStateError,
 * StateConflictError, StepFailedError.
 */
export async function editState(host: StepHost, change: (state: PipelineState) => unknown): Promise<void> {
  refusePending(host);
  await syncStep(host);
  const before = host.local.readState() ?? host.newState();
  const working = new WorkingCopy(before);
  await change(working.state);
  const after = working.stored();
  checkEdit(before, after);
  if (bumpState(after)._version_hash === bumpState(before)._version_hash) return;
  checkSize(host, before, after);
  await commitState(host, after);
}

/** What waits was made from the state as it is, and would bring that back. */
export function refusePending({ pipeline, store }: StepHost): void {
  const loadIds = store.pendingLoadIds();
  if (loadIds.length > 0) throw new PackagePendingError({ workingDir: store.workingDir, pipelineName: pipeline.name, loadIds });
}

/** A state that is too large may become smaller. */
function checkSize(host: StepHost, before: PipelineState, after: PipelineState): void {
  const bytes = Buffer.byteLength(encodeState(after));
  if (bytes > Buffer.byteLength(encodeState(before))) checkMaxBytes(bytes, after, host.state);
}

async function commitState(host: StepHost, state: PipelineState): Promise<void> {
  await extractStateStep(host, state, state.default_schema_name ?? normalizeSchemaName(host.pipeline.name));
  await commitOrGiveUp(host, "edit");
}
