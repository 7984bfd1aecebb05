import { PackagePendingError } from "../load-package/errors.ts";
import type { PipelineState } from "../state/document.ts";
import type { StepHost } from "./step-host.ts";

/** Packages that wait were made from the state of one dataset: in another one, their rows would begin in the middle. Throws PackagePendingError. */
export function refuseOtherTarget({ pipeline, local, store, newState }: StepHost): void {
  const loadIds = store.pendingLoadIds();
  const mine = loadIds.length === 0 ? undefined : local.peekState();
  if (mine === undefined) return;
  const asked = newState();
  const isOther = mine.destination_type !== null && (mine.destination_type !== asked.destination_type || nameIn(mine) !== nameIn(asked));
  if (mine.dataset_name === asked.dataset_name && !isOther) return;
  throw new PackagePendingError({
    workingDir: store.workingDir,
    pipelineName: pipeline.name,
    loadIds,
    reason: `they are for ${targetText(mine)}, not for ${targetText(asked)}`,
  });
}

function targetText(state: PipelineState): string {
  return `dataset \`${state.dataset_name}\` of ${nameIn(state) ?? "any destination"}`;
}

/** Two of one type are told apart by it. */
function nameIn({ destination_name, destination_type }: PipelineState): string | undefined {
  return destination_name ?? destination_type?.split(".").at(-1);
}
