import { stateHash } from "./hash.ts";

interface Versioned {
  readonly _state_version: number;
  readonly _version_hash?: string;
}

/** The state with the hash of its content; changed content is a new version. Same object when nothing changed. */
export function bumpState<State extends Versioned>(state: State): State {
  return bumpTo(state, stateHash(state));
}

/** As `bumpState`, for any versioned document whose hash is known. */
export function bumpTo<State extends Versioned>(state: State, hash: string): State {
  if (state._version_hash === hash) return state;
  const isFirst = state._version_hash === undefined;
  return { ...state, _state_version: isFirst ? state._state_version : state._state_version + 1, _version_hash: hash };
}
