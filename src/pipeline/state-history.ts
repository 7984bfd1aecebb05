import { ConfigError } from "../core/errors.ts";
import { Timestamp } from "../core/timestamp.ts";
import type { LoadSession, StoredState } from "../destination-kit/contract.ts";
import { openState } from "../load-package/open-documents.ts";
import { decodeStateBlob } from "../state/blob.ts";
import type { PipelineState } from "../state/document.ts";
import { editState, refusePending } from "./edit-state.ts";
import type { StepHost } from "./step-host.ts";
import { syncStep } from "./steps.ts";

/** A state that was committed. */
export interface StateVersion {
  /** Of the package that it was committed with. */
  readonly loadId: string;
  /** Counts the changes of the state. Two machines that changed it at once may both have made one number. */
  readonly version: number;
  readonly createdAt: Date;
  /** Decoded anew whenever it is asked for: a history may be long and its states large. Throws InvalidStateError, VersionTooNewError. */
  readonly state: PipelineState;
}

/** All states of a pipeline that the destination has, the newest first. */
export async function stateHistory(
  session: LoadSession,
  { pipelineName, workingDir }: { readonly pipelineName: string; readonly workingDir: string },
): Promise<readonly StateVersion[]> {
  return (await session.readStates(pipelineName)).map((stored) => stateVersion(stored, workingDir));
}

/** Makes the `sources` of an older state those of a new version. All else, and what is of this machine only, stays. Throws ConfigError when there is none of that load. */
export async function rollbackState(host: StepHost, loadId: string): Promise<void> {
  refusePending(host);
  await syncStep({ ...host, open: (options) => host.open({ ...options, mustExist: true }) });
  const { sources } = (await versionOf(host, loadId)).state;
  await editState(host, (state) => {
    if (sources === undefined) delete state.sources;
    else state.sources = sources;
  });
}

async function versionOf(host: StepHost, loadId: string): Promise<StateVersion> {
  await using session = await host.open({ mustExist: true });
  const versions = await stateHistory(session, { pipelineName: host.pipeline.name, workingDir: host.store.workingDir });
  const found = versions.find((version) => version.loadId === loadId);
  if (found === undefined) throw unknownVersion(`load \`${loadId}\``, host.pipeline.name, versions);
  return found;
}

/** Says which versions there are. */
export function unknownVersion(what: string, pipelineName: string, versions: readonly StateVersion[]): ConfigError {
  const known = versions.slice(0, shown).map(({ loadId, version }) => `${loadId} (v${version})`);
  const more = versions.length > shown ? ` and ${versions.length - shown} older ones` : "";
  const there = known.length === 0 ? "It has stored none." : `There are ${known.join(", ")}${more}.`;
  return new ConfigError(
    `The destination has no state of pipeline \`${pipelineName}\` of ${what}. ${there} A run that changes no state stores none: the one before it holds.`,
  );
}

const shown = 10;

function stateVersion({ blob, loadId, version, createdAtMicros }: StoredState, workingDir: string): StateVersion {
  return {
    loadId,
    version,
    createdAt: Timestamp.fromMicros(createdAtMicros),
    get state() {
      return openState(() => decodeStateBlob(blob), workingDir, `The state of load \`${loadId}\` in the destination`);
    },
  };
}
