import { basename } from "node:path";
import { crashPoint } from "../core/crash-point.ts";
import { moveFile } from "../core/move-file.ts";
import type { Runtime } from "../core/runtime.ts";
import type { CsvReading, JobFileSize } from "../formats/job-format.ts";
import { LineInvalidError, readTypedJsonl } from "../formats/typed-jsonl.ts";
import { PackageCorruptError } from "../load-package/errors.ts";
import { fileNumber, jobId, numberedFileId, parseJobFileName } from "../load-package/job-file.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import { coercionFor } from "../schema/coercion.ts";
import { type Detection, detectionNames } from "../schema/detections.ts";
import type { Discard } from "../schema/discards.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { MergeStrategy } from "../schema/hint-options.ts";
import type { CustomNaming } from "../schema/naming/custom-naming.ts";
import { namingConvention } from "../schema/naming/naming-convention.ts";
import { builtInNaming, schemaNaming } from "../schema/schema-naming.ts";
import { isSystemTable } from "../schema/system-tables.ts";
import { hasSeenData, normalizerHints } from "../schema/table.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import { DistinctNames } from "./distinct-names.ts";
import { createNamedFlatten, type FlattenSettings, type NamedFlatten } from "./flatten.ts";
import { flattenSettings } from "./flatten-settings.ts";
import type { JobFormats } from "./job-format-of.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { KernelRowIds } from "./kernel/kernel-row-ids.ts";
import { type KernelLimits, UnitKernel } from "./kernel/unit-kernel.ts";
import { type Collision, collisions, type NullOnlyColumns, nullOnlyColumns } from "./name-findings.ts";
import { replayNames } from "./name-log.ts";
import type { NameListener } from "./name-tree.ts";
import { NewTables } from "./new-tables.ts";
import { PassedOn } from "./passed-on.ts";
import type { Rotation } from "./rotation.ts";
import { systemColumns } from "./system-columns.ts";
import { TableBuffer } from "./table-buffer.ts";
import type { BroughtTable, NormalizedUnit, UnitFile, UnitTable } from "./unit.ts";
import { isInOrder, unitFits } from "./unit-fits.ts";

export interface PackageRunOptions {
  readonly extracted: PackageFolder;
  /** Where the job files go. */
  readonly target: PackageFolder;
  readonly schema: SchemaDocument;
  readonly maxIdentifierLength: number | undefined;
  /** The naming convention of the pipeline, where it is none of leat's. */
  readonly customNaming?: CustomNaming | undefined;
  /** Of the destination. */
  readonly caseSensitiveIdentifiers: boolean;
  /** Precision and scale of its wei columns. */
  readonly weiPrecision: readonly [precision: number, scale: number];
  /** How it can merge rows: their ids depend on it. */
  readonly mergeStrategies: readonly MergeStrategy[];
  /** See `jobFormatsOf`. */
  readonly jobFormats: JobFormats;
  readonly rotation?: Rotation | undefined;
  readonly runtime: Pick<Runtime, "nowMicros" | "randomBytes">;
  /** The time that all rows have. Default now. */
  readonly nowMs?: number | undefined;
  readonly onProgress: (rows: number) => void;
  readonly alone?: AloneOptions;
  /** Does the rows of large units where it can. */
  readonly kernel?: Kernel | undefined;
  readonly kernelLimits?: KernelLimits | undefined;
}

/** The run is for one unit. */
export interface AloneOptions {
  /** Of the units before it. */
  readonly assumed: ReadonlyMap<string, BroughtTable>;
  /** Hears of the names that the unit has. */
  readonly names: NameListener;
  /** Of units before in the same thread; they are used again where they fit. */
  readonly buffers: Map<string, TableBuffer>;
}

export interface NormalizedPackage {
  readonly schemaUpdate: SchemaUpdate;
  /** Rows of every job file, by job id. */
  readonly jobRows: { readonly [jobId: string]: number };
  /** How to read CSV files that are not written in the usual way, by job id. */
  readonly csvFiles: { readonly [jobId: string]: CsvReading };
  /** Rows of every table. */
  readonly rowCounts: { readonly [table: string]: number };
  readonly findings: Findings;
}

/** What people should hear of. */
export interface Findings {
  /** What contracts kept out. */
  readonly discards: readonly Discard[];
  readonly nullOnlyColumns: readonly NullOnlyColumns[];
  readonly collisions: readonly Collision[];
}

/** Of raw files. Others are job files already. */
export const rawFormat = "typed-jsonl";

/** All columns of a unit are written out when they hold more than this. */
const maxBufferedBytes = 16 * 1024 * 1024;

/** Turns the units of one package into job files, one after the other. What it knows of the tables grows with every unit. */
export class PackageRun {
  readonly #options: PackageRunOptions;
  readonly #flatten: NamedFlatten;
  readonly #ownFlatten: NamedFlatten;
  readonly #detections: readonly Detection[];
  readonly #naming: FlattenSettings["naming"];
  readonly #tables = new Map<string, TableBuffer>();
  readonly #newTables: NewTables;
  readonly #passedOn: PassedOn;
  readonly #tableNames: DistinctNames;
  readonly #jobRows: Record<string, number> = {};
  readonly #csvFiles: Record<string, CsvReading> = {};
  readonly #nowMs: number;
  readonly #kernel: UnitKernel | undefined;
  #fileNumber = 0;
  #rows = 0;
  #reportedRows = 0;

  constructor(given: PackageRunOptions) {
    const options = given.customNaming?.isCaseSensitive === false ? { ...given, caseSensitiveIdentifiers: false } : given;
    this.#options = options;
    this.#nowMs = options.nowMs ?? Math.floor(options.runtime.nowMicros() / 1000);
    this.#naming = schemaNaming(options.schema, {
      maxLength: options.maxIdentifierLength,
      custom: options.customNaming,
      // A package with the state alone does without.
      mayBeMissing: true,
    });
    this.#detections = (options.schema.settings.detections ?? []).filter((name): name is Detection =>
      (detectionNames as readonly string[]).includes(name),
    );
    const { schema, caseSensitiveIdentifiers: caseSensitive } = this.#options;
    this.#tableNames = new DistinctNames({ what: "tables", schemaName: schema.name, caseSensitive });
    for (const table of Object.values(schema.tables)) if (hasSeenData(table)) this.#tableNames.add(table.name);
    this.#newTables = new NewTables(schema);
    this.#passedOn = new PassedOn(options);
    const { loadId } = options.extracted;
    const { kernel } = options;
    const newRowId = kernel === undefined ? undefined : new KernelRowIds(kernel, options.runtime);
    const settings = flattenSettings({ ...options, loadId, naming: this.#naming, newRowId: newRowId?.next });
    this.#flatten = createNamedFlatten(settings, options.alone?.names);
    this.#kernel =
      kernel &&
      new UnitKernel({
        ...options.kernelLimits,
        kernel,
        rowIds: newRowId!,
        schema,
        mergeStrategies: options.mergeStrategies,
        loadId,
        settings,
        names: this.#flatten.names,
        bufferOf: (name) => this.#tables.get(name),
      });
    // The names of the state row are leat's: a convention of somebody else's has no say in them.
    this.#ownFlatten =
      builtInNaming(options.schema.normalizers.names) === undefined
        ? createNamedFlatten(flattenSettings({ ...options, loadId, naming: namingConvention("snake_case") }))
        : this.#flatten;
    // In memory of the kernel, where there is one.
    for (const { name, parent } of options.alone?.assumed.values() ?? []) this.#bufferOf(name, parent);
  }

  /** The time that all rows of the package have. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many tables and columns `brought` has. */
  get broughtNames(): number {
    let sum = this.#tables.size;
    for (const table of this.#tables.values()) sum += table.newColumns.size;
    return sum;
  }

  /** Columns that are not those of the schema. */
  get brought(): readonly BroughtTable[] {
    return [...this.#tables.values()].map(({ name, parent, newColumns }) => ({ name, parent, columns: [...newColumns.values()] }));
  }

  /** Throws LineInvalidError as PackageCorruptError, and what contracts and types refuse. */
  async normalizeUnit(unit: PackageJob): Promise<void> {
    if (unit.format !== rawFormat) return this.#passOn(unit);
    for (const file of await this.writeUnit(unit)) {
      this.#options.target.syncJob(file.path);
      this.#noteJob(jobId(parseJobFileName(basename(file.path))!), file);
    }
    crashPoint("normalize:jobs-written");
  }

  /** The files of a unit, which nothing else knows of yet, and which are not synced. */
  async writeUnit(unit: PackageJob): Promise<readonly UnitFile[]> {
    const { extracted } = this.#options;
    const ordinal = this.#fileNumber++;
    const sink = (table: string, parent: string | undefined, row: Parameters<TableBuffer["append"]>[0]): boolean => {
      const known = this.#tables.get(table);
      if (known?.isFileOpen === true) return known.append(row);
      if (known === undefined && (this.#isSkipped(table) || !this.#newTables.admits(table, parent, row))) return false;
      return this.#tableOf(table, parent, ordinal, unit).append(row);
    };
    const { flatten } = isSystemTable(unit.table) ? this.#ownFlatten : this.#flatten;
    const before = this.#rows;
    const onRows = (rows: number): void => {
      this.#rows += rows;
      this.#report(unit, rows);
      this.#flushIfFull();
    };
    try {
      if (this.#kernel?.takes(unit) === true) {
        const openTable = (name: string): void => void this.#tableOf(name, undefined, ordinal, unit);
        await this.#kernel.shred(unit, { flattenRow: (row) => flatten(row, unit.table, sink), openTable, onRows });
      } else {
        for await (const rows of readTypedJsonl(unit.path)) {
          for (const row of rows) if (row !== null) flatten(row, unit.table, sink);
          onRows(rows.length);
        }
      }
    } catch (error) {
      if (!(error instanceof LineInvalidError)) throw error;
      const { workingDir, loadId } = extracted;
      throw new PackageCorruptError({ workingDir, loadId, path: unit.path, problem: `is damaged: ${error.message}`, cause: error });
    }
    if (this.#rows === before) this.#keepEmpty(unit, ordinal);
    return this.#endFiles();
  }

  /** What became of the one unit that this run was for. */
  unitResult(files: readonly UnitFile[]): Omit<NormalizedUnit, "names"> {
    const used = [...this.#tables.values()].filter((table) => table.rows > 0 || table.isMaterialized);
    const tables = used.map((table) => ({
      name: table.name,
      parent: table.parent,
      columns: [...table.newColumns.values()],
      rows: table.rows,
      assumed: this.#assumed(table.name)?.columns,
      missed: [...table.missed],
      isMaterialized: table.isMaterialized,
    }));
    return { rows: this.#rows, tables, files, fileNumbers: this.#fileNumber };
  }

  /** True when this run would have made the same of a unit that was normalized by itself. */
  fits({ tables, fileNumbers }: NormalizedUnit): boolean {
    const names = tables.map(({ name }) => name);
    // Numbers of further files are given table by table.
    if (fileNumbers > 1 && !isInOrder(names, new Set([...this.#tables.keys(), ...names]))) return false;
    return tables.every((unitTable) => {
      const table = this.#tables.get(unitTable.name);
      if (table === undefined) return this.#fitsAsNew(unitTable);
      return (
        table.parent === unitTable.parent &&
        unitTable.columns.every((column) => table.takes(column.name)) &&
        unitFits(unitTable, table.newColumns)
      );
    });
  }

  #fitsAsNew({ name, parent, assumed, isMaterialized }: UnitTable): boolean {
    if (assumed !== undefined || isMaterialized || !this.#tableNames.takes(name)) return false;
    // It was found, but without a row.
    return this.#flatten.names.parentsOf(name).every((before) => before === parent);
  }

  /** Goes on as if it had normalized the unit itself. Its files get their place and numbers. Gives the ids of their jobs. */
  takeOver(unit: PackageJob, done: NormalizedUnit): readonly string[] {
    const first = this.#fileNumber;
    this.#fileNumber += done.fileNumbers;
    replayNames(done.names, this.#flatten.names);
    for (const { name, parent, columns, rows } of done.tables) this.#bufferOf(name, parent).takeOver(columns, rows);
    const tables = [...this.#tables.keys()];
    const files = done.files.map((file) => ({ ...file, job: parseJobFileName(basename(file.path))! }));
    // Sorting is stable: those of one table stay in order.
    files.sort((one, other) => tables.indexOf(one.job.table) - tables.indexOf(other.job.table));
    const ids: string[] = [];
    for (const { job, ...file } of files) {
      const numbered = { ...job, fileId: numberedFileId(first + fileNumber(job.fileId), unit.fileId) };
      const path = this.#options.target.newJobPath(numbered);
      moveFile(file.path, path);
      this.#options.target.syncJob(path);
      this.#noteJob(jobId(numbered), file);
      ids.push(jobId(numbered));
    }
    this.#rows += done.rows;
    this.#report(unit, done.rows);
    crashPoint("normalize:jobs-written");
    return ids;
  }

  #assumed(table: string): BroughtTable | undefined {
    return this.#options.alone?.assumed.get(table);
  }

  #noteJob(id: string, { rows, csv }: Pick<JobFileSize, "rows" | "csv">): void {
    this.#jobRows[id] = rows;
    if (csv !== undefined) this.#csvFiles[id] = csv;
  }

  #passOn(unit: PackageJob): void {
    this.#tableNames.add(unit.table);
    const { job, rows, csv } = this.#passedOn.add(unit, this.#fileNumber++);
    this.#noteJob(job, { rows, csv });
    this.#rows += rows;
    this.#report(unit, rows);
    crashPoint("normalize:jobs-written");
  }

  result(): NormalizedPackage {
    const { schema } = this.#options;
    const update: Record<string, SchemaUpdate[string]> = {};
    const rowCounts: Record<string, number> = {};
    for (const table of this.#tables.values()) {
      rowCounts[table.name] = table.rows;
      const change = tableChange(Object.hasOwn(schema.tables, table.name) ? schema.tables[table.name] : undefined, table);
      if (change !== undefined) update[table.name] = change;
    }
    this.#passedOn.addTo(update, rowCounts);
    return { schemaUpdate: update, jobRows: this.#jobRows, csvFiles: this.#csvFiles, rowCounts, findings: this.#findings() };
  }

  #findings(): Findings {
    const { names } = this.#flatten;
    const discards = [...this.#newTables.discards, ...[...this.#tables.values()].flatMap((table) => table.discards)];
    const isDiscarded = (name: string, column: string): boolean =>
      discards.some((discard) => discard.table === name && discard.column === column);
    const hasColumn = (name: string, column: string): boolean | undefined => {
      const table = this.#tables.get(name);
      return table === undefined || table.rows === 0 ? undefined : table.hasColumn(column) || isDiscarded(name, column);
    };
    return { discards, nullOnlyColumns: nullOnlyColumns(names, hasColumn), collisions: collisions(names) };
  }

  abort(): void {
    for (const table of this.#tables.values()) table.abort();
  }

  /** The state row is no row of the user's. */
  #report(unit: PackageJob, rows: number): void {
    if (isSystemTable(unit.table)) return;
    this.#reportedRows += rows;
    this.#options.onProgress(this.#reportedRows);
  }

  #tableOf(name: string, parent: string | undefined, ordinal: number, unit: PackageJob): TableBuffer {
    const table = this.#bufferOf(name, parent);
    if (!table.isFileOpen) table.beginFile(this.#newPaths(table, ordinal, unit));
    return table;
  }

  #bufferOf(name: string, parentHere: string | undefined): TableBuffer {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const { schema, caseSensitiveIdentifiers: caseSensitive, jobFormats, alone } = this.#options;
    const assumed = this.#assumed(name);
    // A table has the place where it was found first.
    const parent = assumed === undefined ? parentHere : assumed.parent;
    this.#tableNames.add(name);
    const kept = alone?.buffers.get(name);
    if (kept?.restart(parent, assumed?.columns ?? []) === true) {
      this.#tables.set(name, kept);
      return kept;
    }
    const jobFormat = jobFormats(this.#tableSchema(name) ?? this.#tableSchema(parent), ({ parent: above }) => this.#tableSchema(above));
    kept?.releaseMemory();
    const table = new TableBuffer({
      schema,
      name,
      parent,
      naming: this.#naming,
      detections: this.#detections,
      coerce: coercionFor(this.#options.weiPrecision),
      nowMs: this.#nowMs,
      caseSensitive,
      rotation: this.#options.rotation ?? {},
      jobFormat,
      memory: this.#kernel?.memoryFor(name, jobFormat),
      unit: alone && { assumed: assumed?.columns ?? [] },
    });
    this.#tables.set(name, table);
    alone?.buffers.set(name, table);
    return table;
  }

  #tableSchema(name: string | undefined): TableSchema | undefined {
    const { tables } = this.#options.schema;
    return name !== undefined && Object.hasOwn(tables, name) ? tables[name] : undefined;
  }

  /** Names count: the first file of a unit has the number of the unit, further ones have numbers between it and that of the next unit. */
  #newPaths({ name: table, format, isCompressed }: TableBuffer, ordinal: number, unit: PackageJob): () => string {
    let next: number | undefined = ordinal;
    return () => {
      const fileId = numberedFileId(next ?? this.#fileNumber++, unit.fileId);
      next = undefined;
      return this.#options.target.newJobPath({ table, fileId, retry: 0, format, isCompressed });
    };
  }

  /** Rows nested in others, and their own nested rows, are left out here: the rows themselves were not even extracted. */
  #isSkipped(table: string): boolean {
    const { tables } = this.#options.schema;
    return Object.hasOwn(tables, table) && tables[table]!.write_disposition === "skip";
  }

  /** A raw file without rows says that its table is empty now, or that it is wanted empty: the job says it too, where the table has columns. */
  #keepEmpty(unit: PackageJob, ordinal: number): void {
    const table = this.#options.schema.tables[unit.table];
    if (table !== undefined && Object.values(table.columns).some((column) => column.data_type !== undefined)) {
      this.#tableOf(unit.table, table.parent, ordinal, unit).materialize(systemColumns(this.#options.schema, table, this.#naming));
    }
  }

  #flushIfFull(): void {
    const { fileMaxBytes = Infinity } = this.#options.rotation ?? {};
    let bytes = 0;
    for (const table of this.#tables.values()) {
      // A package may have very many.
      if (!table.isFileOpen) continue;
      const { bufferedBytes } = table;
      if (bufferedBytes >= fileMaxBytes) table.flush();
      else bytes += bufferedBytes;
    }
    if (bytes >= maxBufferedBytes) for (const table of this.#tables.values()) table.flush();
  }

  #endFiles(): UnitFile[] {
    const files: UnitFile[] = [];
    for (const table of this.#tables.values()) if (table.isFileOpen) files.push(...table.endFiles());
    return files;
  }
}

function tableChange(stored: TableSchema | undefined, table: TableBuffer): SchemaUpdate[string] | undefined {
  const columns = Object.fromEntries(table.newColumns);
  const seen =
    (table.rows > 0 || table.isMaterialized) && normalizerHints(stored ?? {})["seen-data"] !== true
      ? { "x-normalizer": { "seen-data": true } }
      : {};
  if (stored === undefined) return { ...(table.parent === undefined ? {} : { parent: table.parent }), columns, ...seen };
  return Object.keys(columns).length === 0 && Object.keys(seen).length === 0 ? undefined : { columns, ...seen };
}
