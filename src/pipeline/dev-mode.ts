import type { PackageStore } from "../load-package/package-store.ts";
import type { PipelineState } from "../state/document.ts";
import type { LocalStore } from "./local-store.ts";
import type { StepHost } from "./step-host.ts";

export interface DevModeOptions {
  /** What the dataset would be called otherwise. */
  readonly datasetName: string;
  readonly local: LocalStore;
  readonly store: PackageStore;
}

/**
 * Gives every run a dataset of its own, named after its time, and begins it without anything that is kept from before. A run is what goes from an
 * extract to its load: while packages that this object extracted wait, the next extract goes on with them.
 */
export class DevMode {
  readonly #options: DevModeOptions;
  /** The dataset of the run that this object began last. */
  #begun: string | undefined;
  #isBeginning = false;

  constructor(options: DevModeOptions) {
    this.#options = options;
  }

  /** Of the last run, also of one in another process: what waits in the working directory is of that run. Before the first run as it was given. */
  get datasetName(): string {
    if (this.#isBeginning && this.#begun !== undefined) return this.#begun;
    return this.#lastDataset() ?? this.#options.datasetName;
  }

  /** Forgets what was before and names a dataset that does not exist, unless the run has begun. Needs the pipeline's lock. */
  async begin(options: {
    readonly nowMs: number;
    readonly maxLength: number | undefined;
    exists(datasetName: string): Promise<boolean>;
    newState(): PipelineState;
  }): Promise<void> {
    const { local, store, datasetName } = this.#options;
    if (this.#begun === this.datasetName && store.pendingLoadIds().length > 0) return;
    const last = timeIn(this.datasetName);
    const now = Math.floor(options.nowMs / 1000);
    let seconds = last === undefined ? now : Math.max(now, last + 1);
    while (await options.exists(devDatasetName(datasetName, seconds, options.maxLength))) seconds += 1;
    this.#begun = devDatasetName(datasetName, seconds, options.maxLength);
    this.#isBeginning = true;
    try {
      local.wipe();
      store.open();
      local.writeState(options.newState());
    } finally {
      this.#isBeginning = false;
    }
  }

  #lastDataset(): string | undefined {
    const state = this.#options.local.peekState();
    return state?._local?.["_dev_mode"] === true && timeIn(state.dataset_name) !== undefined ? state.dataset_name : undefined;
  }
}

/** Takes the place of the sync at the start of a run: there is nothing to be restored. */
export function beginDevRun(devMode: DevMode, host: StepHost): Promise<void> {
  const { context, store, runtime, destination } = host;
  return context.step({ step: "sync", pendingLoadIds: () => store.pendingLoadIds() }, async () => {
    await devMode.begin({
      nowMs: runtime.nowMicros() / 1000,
      maxLength: destination.capabilities.maxIdentifierLength,
      exists: async (datasetName) => {
        await using session = await host.open({ datasetName });
        return await session.datasetExists();
      },
      newState: () => host.newState(),
    });
    context.wasFirstRun = host.local.peekState()?._local?.first_run ?? true;
  });
}

/** What an earlier run in dev mode left is no beginning for the pipeline itself: true when the working directory holds such. */
export function isOfDevRun(state: PipelineState | undefined, datasetName: string): boolean {
  return state?._local?.["_dev_mode"] === true && state.dataset_name !== datasetName;
}

/** dlt's form, in UTC. A name that the destination would cut is cut before the time, since the time makes it unique. */
function devDatasetName(datasetName: string, seconds: number, maxLength = Number.POSITIVE_INFINITY): string {
  const time = new Date(seconds * 1000).toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const base = datasetName.slice(0, Math.max(1, maxLength - time.length - 1));
  return base.endsWith("_") ? base + time : `${base}_${time}`;
}

/** The seconds since 1970 that a name ends with. */
function timeIn(datasetName: string): number | undefined {
  const [, year, month, day, hours, minutes, seconds] = /_(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(datasetName) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}
