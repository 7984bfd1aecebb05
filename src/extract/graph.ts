import { ConfigError } from "../core/errors.ts";
import type { ResourceDefinition } from "./definition.ts";

/** One resource in a run: its definition, whether its rows are loaded, and the transformers that it feeds. */
export interface GraphNode {
  readonly definition: ResourceDefinition;
  readonly isLoaded: boolean;
  readonly children: readonly GraphNode[];
}

/**
 * The graph of one source: a node per resource. Selected resources are loaded; a parent that is not selected only feeds.
 * Throws ConfigError when two different resources have one name, and when a transformer feeds itself.
 */
export function buildGraph(sourceName: string, resources: readonly ResourceDefinition[]): readonly GraphNode[] {
  const selected = new Set(resources.filter((resource) => resource.selected));
  const nodes = new Map<ResourceDefinition, { definition: ResourceDefinition; isLoaded: boolean; children: GraphNode[] }>();
  const names = new Map<string, ResourceDefinition>();

  const add = (definition: ResourceDefinition): { children: GraphNode[] } & GraphNode => {
    const known = nodes.get(definition);
    if (known !== undefined) return known;
    const sameName = names.get(definition.name);
    if (sameName !== undefined) {
      throw new ConfigError(
        `Two different resources of source \`${sourceName}\` are named \`${definition.name}\`. A name is one table and one state slot: ` +
          `use the same resource in both places, or rename one with .withName().`,
      );
    }
    names.set(definition.name, definition);
    const node = { definition, isLoaded: selected.has(definition), children: [] as GraphNode[] };
    nodes.set(definition, node);
    if (definition.parent !== undefined) add(definition.parent).children.push(node);
    return node;
  };

  for (const resource of resources) if (resource.selected) add(resource);
  return [...nodes.values()];
}
