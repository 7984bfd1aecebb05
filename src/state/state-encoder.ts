import { compressText } from "../core/digest.ts";
import type { PipelineState } from "./document.ts";
import { encodeState } from "./encode.ts";

/**
 * Encodes a state in the course of its commit: with another version, with and without what is of this machine, for several packages. The slots of its
 * sources are by far the most of it; each is encoded once, and what is changed in it afterwards does not show. Throws InvalidStateError.
 */
export class StateEncoder {
  readonly #slots = new Map<string, { readonly slot: unknown; readonly bytes: Buffer }>();

  /** The content of `state.json`. */
  document(state: PipelineState): Buffer {
    return Buffer.concat(this.#parts(state));
  }

  /** Length of the document. */
  byteLength(state: PipelineState): number {
    return this.#parts(state).reduce((sum, part) => sum + part.length, 0);
  }

  /** The text of the `state` column in the destination: the document without what is of this machine only, compressed. */
  blob(state: PipelineState): string {
    const { _local, ...shared } = state;
    return compressText(this.document(shared));
  }

  #parts(state: PipelineState): Buffer[] {
    const members = Object.entries(state).map(([key, value]) => (key === "sources" ? this.#sources(state) : [membersOf({ [key]: value })]));
    return [Buffer.from("{"), ...listed(members), Buffer.from("}")];
  }

  #sources({ sources }: PipelineState): Buffer[] {
    if (sources === undefined) return [];
    const slots = Object.entries(sources).map(([name, slot]) => [this.#slot(name, slot)]);
    return [Buffer.from('"sources":{'), ...listed(slots), Buffer.from("}")];
  }

  #slot(name: string, slot: unknown): Buffer {
    const known = this.#slots.get(name);
    if (known !== undefined && known.slot === slot) return known.bytes;
    // In its place in the document, so that an error tells the whole path. A Map would come back as an object.
    const text = encodeState({ sources: { [name]: slot } }, { maps: false });
    const bytes = Buffer.from(text.slice('{"sources":{'.length, -"}}".length));
    this.#slots.set(name, { slot, bytes });
    return bytes;
  }
}

/** Without those that are empty, with commas between. */
function listed(members: readonly (readonly Buffer[])[]): Buffer[] {
  return members
    .filter((member) => member.some((part) => part.length > 0))
    .flatMap((member, index) => (index === 0 ? member : [comma, ...member]));
}

const comma = Buffer.from(",");

function membersOf(object: object): Buffer {
  return Buffer.from(encodeState(object).slice(1, -1));
}
