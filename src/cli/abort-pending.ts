import { resolve } from "node:path";
import { type AbortPlan, abortPlan } from "../pipeline/abort-plan.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import { isConfirmed } from "./confirm.ts";
import { print, printError, printJson } from "./output.ts";
import { packageText } from "./pipeline-text.ts";
import { tableText } from "./table-text.ts";

export interface AbortOptions {
  readonly pipelinesDir?: string;
  readonly json?: boolean;
  /** Without a question. */
  readonly yes?: boolean;
  /** Shows what would be given up, and stops. */
  readonly dryRun?: boolean;
  /** That package and all newer ones; default all. */
  readonly from?: string;
}

/** Shows which packages would be given up, asks, and does it. */
export async function abortPending(name: string, options: AbortOptions): Promise<void> {
  const { json = false, yes = false, dryRun = false, from } = options;
  const plan = abortPlan(resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env)), name, { from });
  if (plan.packages.length === 0) return json ? printJson({ loadIds: [] }) : print(`Pipeline ${name} has no pending packages.`);
  if (!json) print(planText(name, plan));
  if (dryRun) return json ? printJson({ loadIds: plan.packages.map(({ loadId }) => loadId), dryRun }) : undefined;
  if (!yes && !(await isConfirmed({ json }))) return printError("Nothing was changed.");
  const { loadIds } = await plan.abort();
  if (json) printJson({ loadIds });
  else print(`Given up: ${loadIds.length === 0 ? "none, all were in the destination already" : loadIds.join(", ")}.`);
}

function planText(name: string, { packages }: AbortPlan): string {
  return [
    `Pipeline ${name}: these packages are given up without being loaded`,
    ...tableText(packages.map((each) => [packageText(each), each.state])),
    "State and schemas go back to before the first of them: the next run extracts their rows again, where the source still has them.",
  ].join("\n");
}
