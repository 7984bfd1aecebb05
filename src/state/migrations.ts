import type { StoredState } from "./blob.ts";
import { type PipelineState, stateEngineVersion } from "./document.ts";
import { InvalidStateError } from "./errors.ts";
import { stateHash } from "./hash.ts";

/** The state was written by a newer dlt or leat: nobody can tell what it means. */
export class StateVersionTooNew extends Error {
  /** The engine version of the document. */
  readonly version: number;

  constructor(version: number) {
    super(`The pipeline state has engine version ${version}; this version of leat knows up to ${stateEngineVersion}. Use a newer one.`);
    this.version = version;
  }
}

/** A stored document as the current engine has it. Throws StateVersionTooNew. The document itself is not changed. */
export function migrateState(document: StoredState): PipelineState {
  const version = engineVersion(document);
  if (version > stateEngineVersion) throw new StateVersionTooNew(version);
  const migrated = steps.slice(version - 1).reduce((state, step) => step(state), document);
  return { ...migrated, _state_engine_version: stateEngineVersion } as unknown as PipelineState;
}

function engineVersion({ _state_engine_version: version }: StoredState): number {
  if (typeof version === "number" && Number.isInteger(version) && version >= 1) return version;
  throw new InvalidStateError(
    "The stored pipeline state does not say its engine version. Sync it from the destination, or start with an empty state.",
    {
      path: "_state_engine_version",
    },
  );
}

/** The first leads from 1 to 2. */
const steps: readonly ((state: StoredState) => StoredState)[] = [
  (state) => ({ ...state, _local: {} }),
  (state) => ({ ...state, _version_hash: stateHash(state) }),
  (state) => splitReference(splitReference(state, "destination"), "staging"),
];

/** One key with a module path became two: type, and name unless it is the last part of the type. The name always was that part. */
function splitReference(state: StoredState, key: "destination" | "staging"): StoredState {
  const { [key]: reference, ...others } = state;
  return reference ? { ...others, [`${key}_type`]: reference, [`${key}_name`]: null } : state;
}
