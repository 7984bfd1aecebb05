import { crashPoint } from "../core/crash-point.ts";
import { guardDisk } from "../load-package/errors.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import { cloneState } from "../state/clone.ts";
import type { PipelineState } from "../state/document.ts";
import { mergeStates } from "../state/merge-states.ts";
import type { WorkingCopy } from "../state/working-copy.ts";
import type { ExtractOptions, Turn } from "./extract-options.ts";
import type { LiveState } from "./live-state.ts";
import type { OpenSource } from "./open-source.ts";
import { type CommittedPackages, PackageCommits } from "./package-commits.ts";

export interface PackagePartsOptions {
  readonly open: readonly OpenSource[];
  readonly copy: WorkingCopy<PipelineState>;
  readonly live: LiveState;
  readonly options: ExtractOptions;
}

/** The packages of one run: those that are cut off while resources run, and the last ones. */
export class PackageParts {
  readonly #run: PackagePartsOptions;
  readonly #commits: PackageCommits;
  readonly #packages: PackageFolder[] = [];

  constructor(run: PackagePartsOptions) {
    this.#run = run;
    this.#commits = new PackageCommits(run.options);
  }

  /** Takes what is written as packages: all generators stand at a `yield`. */
  async cut(): Promise<void> {
    const { open, copy, live, options } = this.#run;
    await live.check();
    crashPoint("cut:at-rest");
    const committed = await this.#commits.commit(open, copy.stored(), { isLast: false });
    if (committed.packages.length === 0) return;
    const { store, runtime } = options;
    for (const { extract } of committed.sources)
      extract.beginNext(guardDisk(store.workingDir, () => store.createExtracting(runtime.newLoadId())));
    await this.#tell(committed, false);
    crashPoint("cut:made");
  }

  /** All resources are at their end. Gives the packages of the whole run. */
  async end(turn?: Turn): Promise<readonly PackageFolder[]> {
    const { open, live, options } = this.#run;
    await live.check();
    crashPoint("extract:rows-written");
    for (const { extract } of open) guardDisk(options.store.workingDir, () => extract.takeInWhole());
    const committed = await this.#commits.commit(open, this.#lastState(turn), { isLast: true });
    const { store } = options;
    for (const one of open) {
      if (!committed.sources.includes(one)) store.discardExtracting(one.extract.folder);
      if (one.extract.wholeFolder !== undefined) store.discardExtracting(one.extract.wholeFolder);
    }
    // All its rows may have been discarded: that is told of, too.
    for (const one of open) if (!committed.sources.includes(one)) this.#tellDiscarded(one, one.extract.folder.loadId, true);
    await this.#tell(committed, true);
    return this.#packages;
  }

  /** With a turn: brought together with what others have left meanwhile. Throws StateConflictError. */
  #lastState(turn: Turn | undefined): PipelineState {
    const { copy, options } = this.#run;
    const mine = copy.stored();
    if (turn === undefined) return mine;
    const { since, amend } = turn;
    if (since !== undefined) this.#commits.goOnFrom(since);
    const state = cloneState(since === undefined ? mine : mergeStates({ base: options.state, mine, theirs: since.state }));
    amend(state);
    return state;
  }

  async #tell({ packages, sources, state, schemas }: CommittedPackages, isLast: boolean): Promise<void> {
    this.#packages.push(...packages);
    sources.forEach((open, index) => {
      this.#tellDiscarded(open, packages[index]!.loadId, isLast);
      open.onCommitted();
    });
    await this.#run.options.onCommitted({ packages, state, schemas }, isLast);
  }

  #tellDiscarded(open: OpenSource, loadId: string, isLast: boolean): void {
    for (const rows of open.takeDiscarded(loadId, { isLast })) this.#run.options.onDiscardedRows?.(rows);
  }
}
