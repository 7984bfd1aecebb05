import { sha3Base64Of } from "../core/digest.ts";
import { writeSortedState } from "./encode.ts";

/** The hash of a state's content: what is of this machine only, and the versions, do not count. */
export function stateHash(state: object): string {
  return contentHash(state, ["_local"]);
}

/** The hash of a versioned document (pipeline state, package state) without the members named in `apart`. */
export function contentHash(document: object, apart: readonly string[]): string {
  const content = Object.entries(document).filter(([key]) => !versionKeys.includes(key) && !apart.includes(key));
  return sha3Base64Of((write) => writeSortedState(Object.fromEntries(content), write));
}

const versionKeys: readonly string[] = ["_state_version", "_version_hash", "_state_engine_version"];
