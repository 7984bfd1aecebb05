import type { SourceState } from "./document.ts";

/** Removes the states of the resources that pass the test from the state of a source, which is changed in place. Gives their names. */
export function dropResourceStates(state: SourceState | undefined, isMeant: (resource: string) => boolean): string[] {
  const resources = state?.resources ?? {};
  const meant = Object.keys(resources).filter(isMeant);
  for (const name of meant) delete resources[name];
  return meant;
}
