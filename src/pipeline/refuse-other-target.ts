import { PackagePendingError } from "../load-package/errors.ts";
import type { StepHost } from "./step-host.ts";

/** Packages that wait were made from the state of one dataset: in another one, their rows would begin in the middle. Throws PackagePendingError. */
export function refuseOtherTarget({ pipeline, local, store, newState }: StepHost): void {
  const loadIds = store.pendingLoadIds();
  const mine = loadIds.length === 0 ? undefined : local.peekState();
  if (mine === undefined) return;
  const asked = newState();
  const isOther =
    mine.dataset_name !== asked.dataset_name || (mine.destination_type !== null && mine.destination_type !== asked.destination_type);
  if (!isOther) return;
  throw new PackagePendingError({
    workingDir: store.workingDir,
    pipelineName: pipeline.name,
    loadIds,
    reason: `they are for ${targetText(mine)}, not for ${targetText(asked)}`,
  });
}

function targetText({ dataset_name, destination_type }: ReturnType<StepHost["newState"]>): string {
  return `dataset \`${dataset_name}\` of ${destination_type?.split(".").at(-1) ?? "any destination"}`;
}
