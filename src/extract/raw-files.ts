import { basename } from "node:path";
import { ConfigError } from "../core/errors.ts";
import type { CsvReading, JobFormat } from "../formats/job-format.ts";
import { jobId, numberedFileId, parseJobFileName } from "../load-package/job-file.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import { ColumnarFiles } from "./columnar-files.ts";
import type { Metrics } from "./metrics.ts";
import { RawFile, type RawFileLimits } from "./raw-file.ts";

/** So many tables keep a file and a line in memory; a function that names tables may give thousands. */
const maxOpenTables = 256;

/** Columns that wait to be written take more memory than lines. */
const maxOpenColumnar = 8;

/** What is known of job files, by job id. */
export interface JobNotes {
  readonly rows: Readonly<Record<string, number>>;
  /** How to read CSV files that are not written in the usual way. */
  readonly csv: Readonly<Record<string, CsvReading>>;
}

/** The raw files of one private package, and the job files of rows that came in columns: those of one table count as one. */
export class RawFiles {
  folder: PackageFolder;
  readonly #tables = new Map<string, RawFile>();
  readonly #columnar = new Map<string, ColumnarFiles>();
  readonly #ordinals = new Map<string, number>();
  /** Those that hold something open, the one used last at the end. */
  readonly #open = new Set<RawFile>();
  #lastUsed: RawFile | undefined;
  #hasLoadIds = false;
  readonly #limits: RawFileLimits;
  readonly #onFull: ((unit: PackageJob) => void) | undefined;

  /** `onFull` hears of raw files that no more rows come into, long before the end of the package. */
  constructor(folder: PackageFolder, limits: RawFileLimits = {}, onFull?: (unit: PackageJob) => void) {
    this.folder = folder;
    this.#limits = limits;
    this.#onFull = onFull;
  }

  /** The load id, for rows that hold it: it cannot become another one any more. */
  loadIdForRows(): string {
    this.#hasLoadIds = true;
    return this.folder.loadId;
  }

  /** Throws ConfigError when rows hold the load id that the package does not get. */
  checkNoLoadIds(): void {
    if (!this.#hasLoadIds) return;
    throw new ConfigError(
      "Arrow tables and rows of other kinds come into one table that has to go whole into the last package of this run, or of whose source rows wait for it: " +
        "run without `commitEvery`, or give one kind of rows.",
    );
  }

  /** True when there is a file. */
  get hasData(): boolean {
    return this.#tables.size > 0 || this.#columnar.size > 0;
  }

  has(table: string): boolean {
    return this.#tables.has(table) || this.#columnar.has(table);
  }

  /** True for a table with rows that did not come in columns. */
  hasRows(table: string): boolean {
    return this.#tables.has(table);
  }

  /** The rows of a table that came in columns, if any did. */
  columnar(table: string): ColumnarFiles | undefined {
    return this.#columnar.get(table);
  }

  tables(): readonly string[] {
    return [...new Set([...this.#tables.keys(), ...this.#columnar.keys()])];
  }

  /** The rows of a table; made on first use. */
  of(table: string): RawFile {
    const file = this.#tables.get(table) ?? this.#newRawFile(table);
    if (file !== this.#lastUsed) {
      // The order of files is that of rows.
      this.#columnar.get(table)?.endFile();
      this.#use(file);
    }
    return file;
  }

  /** The rows of a table that come in columns; made on first use. */
  columnarOf(table: string, format: () => JobFormat): ColumnarFiles {
    this.#tables.get(table)?.finish();
    this.#lastUsed = undefined;
    const files = this.#columnar.get(table) ?? this.#newColumnarFiles(table, format());
    // The one used last is at the end; of the others few stay open.
    this.#columnar.delete(table);
    this.#columnar.set(table, files);
    const open = [...this.#columnar.values()].slice(0, -maxOpenColumnar);
    for (const other of open) other.endFile();
    return files;
  }

  finish(): void {
    for (const file of this.#tables.values()) file.finish();
    for (const files of this.#columnar.values()) files.endFile();
  }

  abandon(): void {
    for (const file of this.#tables.values()) file.abandon();
    for (const files of this.#columnar.values()) files.abandon();
  }

  /** Of the job files that are in their final form. */
  jobNotes(): JobNotes {
    const ended = [...this.#columnar.values()].flatMap((files) => files.ended);
    const byId = ended.map((file) => [jobId(parseJobFileName(basename(file.path))!), file] as const);
    return {
      rows: Object.fromEntries(byId.map(([id, { rows }]) => [id, rows])),
      csv: Object.fromEntries(byId.flatMap(([id, { csv }]) => (csv === undefined ? [] : [[id, csv]]))),
    };
  }

  metrics(): (readonly [table: string, metrics: Metrics])[] {
    const all = [...this.#tables, ...this.#columnar];
    return all.map(([name, file]) => [name, { items: file.rows, bytes: file.bytes, files: file.files }] as const);
  }

  #use(file: RawFile): void {
    this.#lastUsed = file;
    this.#open.delete(file);
    this.#open.add(file);
    if (this.#open.size <= maxOpenTables) return;
    const [oldest] = this.#open;
    oldest!.suspend();
    this.#open.delete(oldest!);
  }

  #newRawFile(table: string): RawFile {
    const onFull = this.#onFull;
    const file = new RawFile(
      () => this.#newPath(table, "typed-jsonl"),
      (fd, path) => this.folder.closeJob(fd, path),
      this.#limits,
      onFull && ((path, bytes) => onFull({ ...parseJobFileName(basename(path))!, state: "new", path, bytes })),
    );
    this.#tables.set(table, file);
    return file;
  }

  #newColumnarFiles(table: string, format: JobFormat): ColumnarFiles {
    return new ColumnarFiles(
      format,
      () => this.#newPath(table, format.name),
      (path) => this.folder.syncJob(path),
    );
  }

  #newPath(table: string, format: string): string {
    const { folder } = this;
    const ordinal = this.#ordinals.get(table) ?? 0;
    this.#ordinals.set(table, ordinal + 1);
    const fileId = numberedFileId(ordinal, `${folder.loadId}/${table}`);
    return folder.newJobPath({ table, fileId, retry: 0, format, isCompressed: false });
  }
}
