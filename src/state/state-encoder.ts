import { compressText } from "../core/digest.ts";
import type { PipelineState } from "./document.ts";
import { encodeState } from "./encode.ts";

/**
 * Encodes a state in the course of its commit: with another version, with and without what is of this machine, for several packages. The slots of its
 * sources are by far the most of it; each is encoded once, and what is changed in it afterwards does not show. Throws InvalidStateError.
 */
export class StateEncoder {
  readonly #slots = new Map<unknown, Buffer>();

  /** The content of `state.json`. */
  document(state: PipelineState): Buffer {
    const members = Object.entries(state).map(([key, value]) => (key === "sources" ? this.#sources(state) : membersOf({ [key]: value })));
    return joined("{", members, "}");
  }

  /** The text of the `state` column in the destination: the document without what is of this machine only, compressed. */
  blob(state: PipelineState): string {
    const { _local, ...shared } = state;
    return compressText(this.document(shared));
  }

  #sources({ sources }: PipelineState): Buffer {
    if (sources === undefined) return nothing;
    return joined(
      '"sources":{',
      Object.entries(sources).map(([name, slot]) => this.#slot(name, slot)),
      "}",
    );
  }

  #slot(name: string, slot: unknown): Buffer {
    let bytes = this.#slots.get(slot);
    if (bytes === undefined) {
      // In its place in the document, so that an error tells the whole path. A Map would come back as an object.
      const text = encodeState({ sources: { [name]: slot } }, { maps: false });
      bytes = Buffer.from(text.slice(`{"sources":{${JSON.stringify(name)}:`.length, -"}}".length));
      this.#slots.set(slot, bytes);
    }
    return bytes.length === 0 ? nothing : Buffer.concat([Buffer.from(`${JSON.stringify(name)}:`), bytes]);
  }
}

const nothing = Buffer.alloc(0);
const comma = Buffer.from(",");

function membersOf(object: object): Buffer {
  return Buffer.from(encodeState(object).slice(1, -1));
}

function joined(before: string, members: readonly Buffer[], after: string): Buffer {
  const parts = members.filter((member) => member.length > 0).flatMap((member, index) => (index === 0 ? [member] : [comma, member]));
  return Buffer.concat([Buffer.from(before), ...parts, Buffer.from(after)]);
}
