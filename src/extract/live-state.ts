import type { StandardSchema } from "../core/standard-schema.ts";
import type { PipelineState } from "../state/document.ts";
import { resourceSlot, sourceSlot } from "../state/slots.ts";
import type { GraphNode } from "./graph.ts";
import type { Loose } from "./rows.ts";
import { checkedState, fillSlot, type SchemaSlot } from "./state-schema.ts";

/** What runs under the name of a source, and the schema of what its resources share. */
export interface StateOwner {
  readonly name: string;
  readonly stateSchema?: StandardSchema | undefined;
  readonly graph: readonly GraphNode[];
}

interface Filled {
  readonly slot: SchemaSlot;
  readonly state: Loose;
}

/**
 * The state that the code of a run sees: slots of a working copy. One with a schema is checked before anything runs, and gets what the schema makes of it
 * when it is first asked for, so that defaults are stored only where somebody looked.
 */
export class LiveState {
  readonly #working: PipelineState;
  readonly #waiting = new Map<string, Filled>();
  readonly #used: Filled["slot"][] = [];

  private constructor(working: PipelineState) {
    this.#working = working;
  }

  /** Throws InvalidStateError when the state of something that is about to run does not fit its schema. */
  static async open(working: PipelineState, owners: readonly StateOwner[], pipelineName: string | undefined): Promise<LiveState> {
    const live = new LiveState(working);
    for (const slot of owners.flatMap((owner) => declaredSlots(owner, pipelineName))) {
      const state = await checkedState(slot, storedSlot(working, slot), "read");
      live.#waiting.set(keyOf(slot.source, slot.resource), { slot, state });
    }
    return live;
  }

  /** The live slot of a source; made on first use. */
  source(name: string): Loose {
    return this.#filled(sourceSlot(this.#working, name), name, undefined);
  }

  /** The live slot of a resource; made on first use. */
  resource(source: string, name: string): Loose {
    return this.#filled(resourceSlot(this.#working, source, name), source, name);
  }

  /** The slot of a resource, for its cursor: what the state's schema would fill in is of no concern there. */
  incremental(source: string, name: string): Loose {
    return resourceSlot(this.#working, source, name);
  }

  /** Checks what the code wrote. Throws InvalidStateError. */
  async check(): Promise<void> {
    for (const slot of this.#used) await checkedState(slot, storedSlot(this.#working, slot), "written");
  }

  #filled(state: Loose, source: string, resource: string | undefined): Loose {
    if (this.#waiting.size === 0) return state;
    const key = keyOf(source, resource);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return state;
    fillSlot(waiting.slot, state, waiting.state);
    this.#waiting.delete(key);
    this.#used.push(waiting.slot);
    return state;
  }
}

function declaredSlots({ name: source, stateSchema, graph }: StateOwner, pipelineName: string | undefined): SchemaSlot[] {
  const own = stateSchema === undefined || graph.length === 0 ? [] : [{ schema: stateSchema, source, resource: undefined, pipelineName }];
  const ofResources = graph.flatMap(({ definition: { name, stateSchema: schema } }) =>
    schema === undefined ? [] : [{ schema, source, resource: name, pipelineName }],
  );
  return [...own, ...ofResources];
}

/** Looks without making the slot. */
function storedSlot({ sources }: PipelineState, { source, resource }: SchemaSlot): Readonly<Loose> {
  const shared = sources !== undefined && Object.hasOwn(sources, source) ? sources[source]! : {};
  if (resource === undefined) return shared;
  return shared.resources !== undefined && Object.hasOwn(shared.resources, resource) ? shared.resources[resource]! : {};
}

function keyOf(source: string, resource: string | undefined): string {
  return resource === undefined ? source : `${source}\0${resource}`;
}
