import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import { becameWhole } from "./cuttable.ts";
import type { Metrics } from "./metrics.ts";
import type { RawFileLimits } from "./raw-file.ts";
import { type JobNotes, RawFiles } from "./raw-files.ts";

export interface PackageFilesOptions {
  readonly folder: PackageFolder;
  readonly rawLimits?: RawFileLimits | undefined;
  /** Of an extract that is cut: resources whose rows go whole into the last package, and where they wait for it. */
  readonly whole?: { readonly resources: ReadonlySet<string>; readonly folder: PackageFolder | undefined } | undefined;
  /** Tables with rows in packages of earlier extracts that are not normalized yet. */
  readonly waitingRows?: (() => ReadonlySet<string>) | undefined;
  /** Hears of raw files of the package that is written now, once no more rows come into them. */
  readonly onFull?: ((unit: PackageJob) => void) | undefined;
}

/** The files that the rows of one source go to: those of the package that is written now, and those that wait for the last one. */
export class PackageFiles {
  #current: RawFiles;
  readonly #limits: RawFileLimits;
  readonly #onFull: PackageFilesOptions["onFull"];
  /** Resources whose rows go whole into the last package. */
  readonly whole: ReadonlySet<string>;
  readonly #waiting: RawFiles | undefined;
  readonly #waitingRows: () => ReadonlySet<string>;
  /** Tables with rows, other than those that came in columns, in earlier packages of this extract. */
  readonly #earlierRows = new Set<string>();
  #isHeld = false;
  /** Tables of which rows are in earlier packages of this extract, or come no more. */
  readonly #closedTables = new Set<string>();
  readonly #earlierTables: (readonly [table: string, metrics: Metrics])[] = [];
  /** Of the files that waited, once they are taken in. */
  #takenIn: { readonly hasData: boolean; readonly jobs: JobNotes } = { hasData: false, jobs: { rows: {}, csv: {} } };

  constructor({ folder, rawLimits = {}, whole, waitingRows = () => new Set(), onFull }: PackageFilesOptions) {
    this.#limits = rawLimits;
    this.#onFull = onFull;
    this.#waitingRows = waitingRows;
    this.#current = new RawFiles(folder, rawLimits, onFull);
    this.whole = whole?.resources ?? new Set();
    this.#waiting = whole?.folder === undefined ? undefined : new RawFiles(whole.folder, rawLimits);
  }

  /** Rows may come many at once: files do not end after a number of them. */
  get takesBatches(): boolean {
    return this.#limits.fileMaxItems === undefined;
  }

  /** Of the package that is written now. */
  get current(): RawFiles {
    return this.#current;
  }

  /** Where rows wait that go whole into the last package. */
  get wholeFolder(): PackageFolder | undefined {
    return this.#waiting?.folder;
  }

  /** There are no more cuts: all that comes goes into one package, the last. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** True when the package that is written now has a raw file. */
  get hasData(): boolean {
    return this.#current.hasData || this.#takenIn.hasData;
  }

  /** Those that the rows of a resource go to. */
  of(resource: string): RawFiles {
    return this.#waiting !== undefined && this.whole.has(resource) ? this.#waiting : this.#current;
  }

  /** No more rows come into the table, or some are in an earlier package. */
  isClosed(table: string): boolean {
    return this.#closedTables.has(table);
  }

  /** What columns the table has by then is known once an earlier package is normalized. */
  awaitsNormalize(table: string): boolean {
    return this.#earlierRows.has(table) || this.#waitingRows().has(table);
  }

  hold(): void {
    this.#isHeld = true;
  }

  /** A table of the resource needs all rows of the extract in one package. Throws ConfigError when it is too late for that. */
  keepWhole(resource: string, table: string): void {
    if (this.#closedTables.has(table)) throw becameWhole(resource, table);
    if (!this.whole.has(resource) || this.#current.has(table)) this.#isHeld = true;
  }

  close(tables: readonly string[]): void {
    for (const table of tables) this.#closedTables.add(table);
  }

  /** The package that is written now is not the newest any more, and has to be. */
  renewLoadId(loadId: string): void {
    this.#current.checkNoLoadIds();
    this.#current.folder = this.#current.folder.withLoadId(loadId);
  }

  /** A package is cut off: what comes from here on goes into another one. */
  beginNext(folder: PackageFolder): void {
    this.close(this.#current.tables());
    for (const table of this.#current.tables()) if (this.#current.hasRows(table)) this.#earlierRows.add(table);
    this.#earlierTables.push(...this.#current.metrics());
    this.#current = new RawFiles(folder, this.#limits, this.#onFull);
  }

  /** The rows that waited come into the package that is written now. */
  takeInWhole(): void {
    if (this.#waiting === undefined) return;
    this.#waiting.checkNoLoadIds();
    this.#waiting.finish();
    this.#earlierTables.push(...this.#waiting.metrics());
    this.#takenIn = { hasData: this.#waiting.hasData, jobs: this.#waiting.jobNotes() };
    this.#current.folder.takeNewJobs(this.#waiting.folder);
  }

  abandon(): void {
    this.#current.abandon();
    this.#waiting?.abandon();
  }

  /** Of the job files of the package that is written now. */
  jobNotes(): JobNotes {
    const [{ jobs }, current] = [this.#takenIn, this.#current.jobNotes()];
    return { rows: { ...jobs.rows, ...current.rows }, csv: { ...jobs.csv, ...current.csv } };
  }

  /** Of all packages; a table has one entry for each that has rows of it. */
  tableMetrics(): readonly (readonly [table: string, metrics: Metrics])[] {
    return [...this.#earlierTables, ...this.#current.metrics()];
  }
}
