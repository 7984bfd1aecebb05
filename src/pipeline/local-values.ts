import { ConfigError } from "../core/errors.ts";
import type { StateValue } from "../extract/state-types.ts";
import type { LocalState, PipelineState } from "../state/document.ts";
import { encodeState } from "../state/encode.ts";
import { WorkingCopy } from "../state/working-copy.ts";

/** A value that is kept on this machine only. */
export function localValue({ _local }: Pick<PipelineState, "_local">, key: string): StateValue {
  if (_local === undefined || !Object.hasOwn(_local, key)) return undefined;
  return new WorkingCopy({ value: _local[key] as StateValue }).state.value;
}

/** The state with that value for this machine; undefined takes it away. It is no new version. Throws ConfigError for a key of leat or dlt, InvalidStateError. */
export function withLocalValue(state: PipelineState, key: string, value: StateValue): PipelineState {
  if (!isOfUser(key)) {
    throw new ConfigError(
      `\`${key}\` cannot be a key of local state: leat and dlt keep ${ownKeys.join(", ")}, and keys that begin with _ or leat_, for themselves.`,
    );
  }
  encodeState({ _local: { [key]: value } }, { maps: false });
  const { [key]: _, ...others } = state._local ?? { first_run: true };
  return { ...state, _local: { ...others, ...(value === undefined ? {} : { [key]: value }) } as LocalState };
}

/** The state with all local values of another one. The same object where neither has any. */
export function withLocalValuesOf(state: PipelineState, other: PipelineState): PipelineState {
  const [mine, theirs] = [Object.entries(state._local ?? {}), Object.entries(other._local ?? {}).filter(([key]) => isOfUser(key))];
  const own = mine.filter(([key]) => !isOfUser(key));
  if (own.length === mine.length && theirs.length === 0) return state;
  return { ...state, _local: Object.fromEntries([...own, ...theirs]) as LocalState };
}

const ownKeys = ["first_run", "initial_cwd", "last_run_context"];

function isOfUser(key: string): boolean {
  return key !== "" && !ownKeys.includes(key) && !/^(_|leat_)/.test(key);
}
