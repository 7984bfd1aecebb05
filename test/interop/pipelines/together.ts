import { type Case, isDrop, type Run } from "../plan.ts";
import type { PipelineCase } from "./pipeline-case.ts";

/** Whether a case can be one resource of a pipeline with others: its runs are of one resource `docs`, and say nothing about the source. */
export function canJoin({ runs, replaceStrategy }: PipelineCase): boolean {
  return replaceStrategy === undefined && runs.every((run) => !isDrop(run) && isOfOneResource(run));
}

function isOfOneResource({ source: _, resources: [first, ...others], ...settings }: Run): boolean {
  return first?.name === "docs" && first.hints?.tableName === undefined && others.length === 0 && Object.keys(settings).length === 0;
}

/** Many cases as one pipeline, each as a resource that is called like it: a run costs dlt the same, whatever is in it. */
export function joined(cases: readonly PipelineCase[]): Case {
  const count = Math.max(...cases.map(({ runs }) => runs.length));
  const resourcesOf = (one: PipelineCase, index: number, run: number) => {
    const step = one.runs[run];
    const name = `${one.name.replace(/\W+/g, "_").slice(0, 24)}_${index}`;
    return step === undefined || isDrop(step) ? [] : step.resources.map((resource) => ({ ...resource, name }));
  };
  return {
    name: "those that can be in one pipeline",
    runs: Array.from({ length: count }, (_, run) => ({
      source: "joined",
      resources: cases.flatMap((one, index) => resourcesOf(one, index, run)),
    })),
  };
}
