import type { OpenedPipeline } from "../../pipeline/pipeline-type.ts";
import type { CaseContext } from "./conformance-case.ts";

/** The table nested in `parent`, by the name that the naming convention gave it. */
export function nestedTableOf(p: OpenedPipeline, parent: string): string {
  return Object.values(p.defaultSchema?.tables ?? {}).find((table) => table.parent === parent)!.name;
}

export function needsNesting({ capabilities }: CaseContext): string | undefined {
  return capabilities.maxTableNesting === 0 ? "it has no nested tables (capability `maxTableNesting`)" : undefined;
}
