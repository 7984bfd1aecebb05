import { decompress } from "../core/digest.ts";
import { parseTyped } from "../core/json.ts";
import { jsonTextOf } from "../core/json-bytes.ts";
import type { PipelineState } from "./document.ts";
import { InvalidStateError } from "./errors.ts";
import { StateEncoder } from "./state-encoder.ts";

/** A state document of any engine version, as it was read. */
export interface StoredState {
  [key: string]: unknown;
}

/** The text of the `state` column in the destination: the document without what is of this machine only, compressed. */
export function encodeStateBlob(state: object): string {
  return new StateEncoder().blob(state as PipelineState);
}

/** The document in a `state` column, to be migrated before use. Throws InvalidStateError when there is none. */
export function decodeStateBlob(blob: string): StoredState {
  // Very old rows hold the JSON itself, which base64 never looks like.
  return parseState(() => (blob.trimStart().startsWith("{") ? blob : jsonTextOf(decompress(blob))));
}

/** The document in the text of a `state.json`, to be migrated before use. `onFloat` hears of each `Float` in it. Throws InvalidStateError when there is none. */
export function decodeState(text: string | Buffer, onFloat?: () => void): StoredState {
  return parseState(() => (typeof text === "string" ? text : jsonTextOf(text)), onFloat);
}

function parseState(text: () => string, onFloat?: () => void): StoredState {
  const document = parse(text, onFloat);
  if (typeof document !== "object" || document === null || Array.isArray(document)) throw unreadable(undefined);
  return document as StoredState;
}

function parse(text: () => string, onFloat: (() => void) | undefined): unknown {
  try {
    return parseTyped(text(), onFloat);
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
