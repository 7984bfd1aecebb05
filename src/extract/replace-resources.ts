import type { ResourceDefinition } from "./definition.ts";

/** Replaces resources; a transformer whose parent was replaced gets the new parent. Only listed resources are changed. */
export function replaceResources(
  resources: readonly ResourceDefinition[],
  change: (resource: ResourceDefinition) => ResourceDefinition,
): readonly ResourceDefinition[] {
  const replaced = new Map<ResourceDefinition, ResourceDefinition>();
  const listed = new Set(resources);
  const replace = (resource: ResourceDefinition): ResourceDefinition => {
    const known = replaced.get(resource);
    if (known !== undefined) return known;
    const parent = resource.parent === undefined ? undefined : replace(resource.parent);
    const moved = parent === resource.parent ? resource : { ...resource, parent };
    const next = listed.has(resource) ? change(moved) : moved;
    replaced.set(resource, next);
    return next;
  };
  return resources.map(replace);
}
