import { ConfigError, LeatError } from "../core/errors.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { PipelineState } from "../state/document.ts";
import { abortPackages } from "./abort-packages.ts";
import type { LocalStore } from "./local-store.ts";
import { asLocal, downloadSchemas, openStored } from "./restore-stored.ts";
import type { StepHost } from "./step-host.ts";
import { storedPipeline } from "./stored-pipeline.ts";

/** What the destination stores of a pipeline, and what this machine gives up for it. */
export interface RestoreInfo {
  readonly destinationPlace: string;
  readonly datasetName: string;
  readonly stateVersion: number;
  readonly schemaNames: readonly string[];
  /** Packages that are not loaded. */
  readonly abortedLoadIds: readonly string[];
}

/**
 * Puts what the destination stores in the place of all that this machine keeps of the pipeline; values of this machine alone stay.
 * Nothing is touched before all of it is here. Packages that wait are given up. Throws ConfigError when nothing is stored there.
 */
export async function restoreLocal(host: StepHost, { dryRun }: { readonly dryRun: boolean }): Promise<RestoreInfo> {
  const { context, store, pipeline } = host;
  const done: { info?: RestoreInfo } = {};
  await context.step({ step: "sync", pendingLoadIds: () => store.pendingLoadIds() }, async () => {
    const place = await host.place();
    const stored = await download(host, place);
    const abortedLoadIds = await abortPackages(host, { dryRun });
    if (!dryRun) replaceLocal(host, stored, place);
    const schemaNames = stored.schemas.map((schema) => schema.name);
    const { _state_version: stateVersion } = stored.state;
    done.info = { destinationPlace: place, datasetName: pipeline.datasetName, stateVersion, schemaNames, abortedLoadIds };
  });
  return done.info!;
}

interface Stored {
  readonly state: PipelineState;
  readonly schemas: readonly SchemaDocument[];
}

async function download(host: StepHost, place: string): Promise<Stored> {
  const { pipeline, runtime, local } = host;
  await using session = await host.open({ mustExist: true });
  const kept = storedPipeline(host, session);
  const stored = await kept.readState(pipeline.name);
  if (stored === undefined) {
    throw new ConfigError(
      `Dataset \`${pipeline.datasetName}\` of \`${place}\` holds no state of a pipeline \`${pipeline.name}\`. ` +
        "State belongs to the name of the pipeline, the destination and the dataset: check all three.",
    );
  }
  runtime.seeLoadId(stored.loadId);
  const state = openStored(stored, local.workingDir);
  return { state, schemas: await downloadSchemas(kept, state.schema_names, local.workingDir) };
}

function replaceLocal(host: StepHost, { state, schemas }: Stored, place: string): void {
  const { context, local, store, runtime } = host;
  const asked = host.newState();
  const ownPart = ownPartOf(local) ?? asked._local;
  local.replace({
    blank: { ...asked, _local: { ...ownPart, first_run: true } },
    schemas,
    state: asLocal(state, { asked, ownPart, place, runtime }),
  });
  store.open();
  context.wasFirstRun = false;
}

/** A local state that cannot be read is what a restore repairs. */
function ownPartOf(local: LocalStore): PipelineState["_local"] {
  try {
    return local.readState()?._local;
  } catch (error) {
    if (LeatError.is(error)) return undefined;
    throw error;
  }
}
