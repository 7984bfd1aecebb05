import { CompressedText, compressText } from "../core/digest.ts";
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

  /** Begins to compress a large state on another thread, while its hash, which is a part of it, is computed on this one. */
  startBlob(state: PipelineState, before: string | Buffer | undefined): StartedBlob {
    const slots = Buffer.concat(state.sources === undefined ? [] : this.#sources(state));
    // What did not change since the document of before will most likely not be asked for.
    if (slots.length < minThreadBytes || before?.includes(slots as Buffer & string) === true)
      return { finish: (bumped) => Promise.resolve(this.blob(bumped)), discard: () => {} };
    const stream = new CompressedText(slots.length);
    stream.write(Buffer.concat([Buffer.from("{"), slots]));
    return {
      finish: ({ _local, sources: _, ...rest }) => stream.end(Buffer.from(`,${encodeState(rest).slice(1)}`)),
      discard: () => stream.discard(),
    };
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

/** A blob in the making. */
export interface StartedBlob {
  /** The blob of the same state once its version and hash are known. */
  finish(bumped: PipelineState): Promise<string>;
  /** It is not needed. */
  discard(): void;
}

/** What is smaller is compressed before a thread has started. */
const minThreadBytes = 100_000;

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
