import { mergesOnAll, mergesOnTyped } from "./pipelines/merging.ts";
import { type Case, isDrop, type Run } from "./plan.ts";
import { takingTurns } from "./turns.ts";

takingTurns("duckdb", [together(mergesOnTyped)]);
takingTurns("postgres", [together(mergesOnTyped)]);
takingTurns("sqlite", [together(mergesOnAll)]);

/** All cases in one pipeline, each as a resource of its own. */
function together(cases: readonly Case[]): Case {
  const runsOf = (one: Case): Run[] => one.runs.filter((run): run is Run => !isDrop(run));
  const runs = Array.from({ length: Math.max(...cases.map((one) => one.runs.length)) }, (_, run) => ({
    source: "shared",
    resources: cases.flatMap((one, at) => (runsOf(one)[run]?.resources ?? []).map((resource) => ({ ...resource, name: `docs_${at}` }))),
  }));
  return { name: "all strategies in one pipeline", runs };
}
