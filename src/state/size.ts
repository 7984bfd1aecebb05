import type { PipelineState } from "./document.ts";
import { encodeState } from "./encode.ts";
import type { StatePath } from "./path.ts";

/** One slot of a state, and the bytes of its JSON. */
export interface SlotSize {
  readonly path: StatePath;
  readonly bytes: number;
  /** For a message. */
  readonly name: string;
}

/** The slot that takes most of a state; undefined when there is none. It encodes all slots, so it is for the case that something is to be said. */
export function largestSlot({ sources = {} }: Pick<PipelineState, "sources">): SlotSize | undefined {
  let largest: SlotSize | undefined;
  for (const [source, { resources = {}, ...shared }] of Object.entries(sources)) {
    const slots: [path: StatePath, name: string, slot: object][] = [
      [["sources", source], `what the resources of source \`${source}\` share`, shared],
      ...Object.entries(resources).map(([resource, slot]): [StatePath, string, object] => [
        ["sources", source, "resources", resource],
        `resource \`${resource}\` of source \`${source}\``,
        slot,
      ]),
    ];
    for (const [path, name, slot] of slots) {
      const bytes = Buffer.byteLength(encodeState(slot));
      if (bytes > (largest?.bytes ?? 0)) largest = { path, bytes, name };
    }
  }
  return largest;
}
