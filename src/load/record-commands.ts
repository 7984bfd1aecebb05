import type { PackageFolder } from "../load-package/package-folder.ts";
import { hasTables } from "../load-package/package-state.ts";
import type { TableSchema } from "../schema/document.ts";

/** Notes in the package what its commit dropped and emptied, as dlt does: to be looked at, nothing goes by it. */
export function recordCommands(folder: PackageFolder): void {
  const state = folder.readState();
  if (!hasTables(state)) return;
  const { dropped_tables: dropped, truncated_tables: truncated } = state;
  folder.writeState({
    ...state,
    ...(dropped === undefined ? {} : { applied_dropped_tables: namesOf(dropped) }),
    ...(truncated === undefined ? {} : { applied_truncated_tables: namesOf(truncated) }),
  });
}

function namesOf(tables: readonly TableSchema[]): string[] {
  return tables.map((table) => table.name).sort();
}
