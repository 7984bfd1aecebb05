import type { ResourceDefinition } from "./definition.ts";

/** The resource's tables hold what the last run gave. */
export function isReplace(resource: ResourceDefinition): boolean {
  const { writeDisposition } = resource.hints;
  return (typeof writeDisposition === "object" ? writeDisposition.disposition : writeDisposition) === "replace";
}
