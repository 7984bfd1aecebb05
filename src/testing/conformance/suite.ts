import { ConfigError } from "../../core/errors.ts";
import type { DestinationContract } from "../../destination-kit/contract.ts";
import { commitCases } from "./commit-cases.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { ConformanceOptions } from "./conformance-options.ts";
import { contractCases } from "./contract-cases.ts";
import { mergeCases } from "./merge-cases.ts";
import { replaceCases } from "./replace-cases.ts";
import { rowCases } from "./row-cases.ts";
import { sqlCases } from "./sql-cases.ts";
import { stateCases } from "./state-cases.ts";
import { ConformanceWorld } from "./world.ts";

/** All clauses, in the order in which they are tried. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...contractCases,
  ...rowCases,
  ...replaceCases,
  ...mergeCases,
  ...commitCases,
  ...stateCases,
  ...sqlCases,
];

/** What became of a case that did not fail. */
export interface CaseResult {
  /** Why it was left out. */
  readonly skipped?: string;
}

/** Tries one clause on a destination of its own. Throws where it does not hold. */
export async function runCase(each: ConformanceCase, options: ConformanceOptions): Promise<CaseResult> {
  const asked = options.skip?.find(({ test }) => isMeant(each.name, test));
  if (asked !== undefined) return { skipped: asked.reason };
  const destination = (await options.open()) as DestinationContract;
  const world = new ConformanceWorld(destination, options);
  try {
    const reason = each.skip?.({ capabilities: destination.capabilities, options });
    if (reason !== undefined) return { skipped: reason };
    await each.run(world);
    return {};
  } finally {
    await world.close();
  }
}

/** A name in `skip` that means nothing is a typo, or of a case that was renamed. Throws ConfigError. */
export function checkSkips({ skip = [] }: ConformanceOptions): void {
  for (const { test, reason } of skip) {
    if (!conformanceCases.some(({ name }) => isMeant(name, test)))
      throw new ConfigError(`\`skip\` names the test \`${test}\`, which the conformance suite does not have.`);
    if (typeof reason !== "string" || reason.trim() === "") throw new ConfigError(`\`skip\` gives no reason for the test \`${test}\`.`);
  }
}

function isMeant(name: string, skipped: string): boolean {
  return name === skipped || name.startsWith(`${skipped} > `);
}
