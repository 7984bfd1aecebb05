import { compressText, decompressText } from "../core/digest.ts";
import { parseTyped } from "../core/json.ts";
import { encodeState } from "./encode.ts";
import { InvalidStateError } from "./errors.ts";

/** A state document of any engine version, as it was read. */
export interface StoredState {
  [key: string]: unknown;
}

/** The text of the `state` column in the destination: the document without what is of this machine only, compressed. */
export function encodeStateBlob(state: object): string {
  const { _local, ...shared } = state as StoredState;
  return compressText(encodeState(shared));
}

/** The document in a `state` column, to be migrated before use. Throws InvalidStateError when there is none. */
export function decodeStateBlob(blob: string): StoredState {
  // Very old rows hold the JSON itself, which base64 never looks like.
  return parseState(() => (blob.trimStart().startsWith("{") ? blob : decompressText(blob)));
}

/** The document in the text of a `state.json`, to be migrated before use. Throws InvalidStateError when there is none. */
export function decodeState(text: string): StoredState {
  return parseState(() => text);
}

function parseState(text: () => string): StoredState {
  const document = parse(text);
  if (typeof document !== "object" || document === null || Array.isArray(document)) throw unreadable(undefined);
  return document as StoredState;
}

function parse(text: () => string): unknown {
  try {
    return parseTyped(text());
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): InvalidStateError {
  return new InvalidStateError(
    "The stored pipeline state is not a state document. Sync it from the destination, or start with an empty state.",
    { path: "$", cause },
  );
}
