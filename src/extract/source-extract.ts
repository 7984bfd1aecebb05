import type { JobFormat } from "../formats/job-format.ts";
import { guardDisk } from "../load-package/errors.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { MergeStrategy, ResourceHints } from "../schema/hint-options.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { hasSeenData } from "../schema/table.ts";
import { type AddedArrowColumns, ArrowRows } from "./arrow-rows.ts";
import { isCuttable } from "./cuttable.ts";
import { DeclaredTables } from "./declared-tables.ts";
import type { ResourceDefinition } from "./definition.ts";
import { encodeRow } from "./encode-row.ts";
import type { Mark } from "./marked.ts";
import type { Metrics } from "./metrics.ts";
import type { DiscardedRow } from "./node-environment.ts";
import { PackageFiles, type PackageFilesOptions } from "./package-files.ts";
import type { JobNotes } from "./raw-files.ts";
import { ResourceCounts } from "./resource-counts.ts";
import { RowWriter } from "./row-writer.ts";

export interface SourceExtractOptions extends Omit<PackageFilesOptions, "onFull"> {
  readonly schema: SchemaDocument;
  readonly naming: NamingConvention;
  /** Of the destination. */
  readonly mergeStrategies: readonly MergeStrategy[];
  /** Refuses hints that a mark brings and that cannot be done. */
  readonly checkHints: (resource: string, hints: ResourceHints, schema: SchemaDocument) => void;
  /** Of rows that come in columns: they are written as the destination loads them. */
  readonly jobFormat: (table: TableSchema) => JobFormat;
  readonly newRowId: () => string;
  /** Columns of leat's that rows in columns get. */
  readonly arrowColumns?: AddedArrowColumns | undefined;
  /** A row of a new table that its contract keeps out. */
  readonly onDiscarded?: (definition: ResourceDefinition, discarded: DiscardedRow) => void;
  readonly onWarning?: (code: string, message: string) => void;
  /** The extract may be cut into several packages. */
  readonly mayBeCut?: boolean;
  readonly onRawFile?: ((file: EndedRawFile) => void) | undefined;
}

/** A raw file that no more rows come into, of a package that is still extracted. */
export interface EndedRawFile {
  readonly unit: PackageJob;
  readonly folder: PackageFolder;
  /** As it is by now. */
  readonly schema: SchemaDocument;
}

/** What one source writes during an extract: raw files in a private package, and the hints of its tables in a schema. */
export class SourceExtract {
  readonly #files: PackageFiles;
  readonly #counts = new ResourceCounts();
  readonly #tables: DeclaredTables;
  readonly #rows: RowWriter;

  constructor(options: SourceExtractOptions) {
    const { schema, naming, mergeStrategies, checkHints, onWarning, mayBeCut = false, onRawFile } = options;
    const onFull = onRawFile && ((unit: PackageJob): void => onRawFile({ unit, folder: this.folder, schema: this.schema }));
    const [files, counts] = [new PackageFiles({ ...options, onFull }), this.#counts];
    this.#files = files;
    this.#tables = new DeclaredTables({
      schema,
      naming,
      mergeStrategies,
      checkHints,
      onWarning,
      rowsOf: (resource) => counts.rowsOf(resource),
      onDeclared: (resource, table) => {
        if (mayBeCut && !isCuttable(table)) files.keepWhole(resource, table.name);
      },
    });
    this.#rows = new RowWriter({
      sourceName: schema.name,
      naming,
      tables: this.#tables,
      files,
      counts,
      arrow: new ArrowRows(options),
      onDiscarded: options.onDiscarded,
    });
  }

  /** Of the package that is written now. */
  get folder(): PackageFolder {
    return this.#files.current.folder;
  }

  /** Where rows wait that go whole into the last package. */
  get wholeFolder(): PackageFolder | undefined {
    return this.#files.wholeFolder;
  }

  get schema(): SchemaDocument {
    return this.#tables.schema;
  }

  /** Rows made a table of it one that no part of its rows may be loaded into: all that comes goes into one package, the last. */
  get isHeld(): boolean {
    return this.#files.isHeld;
  }

  /** True when the package that is written now has a raw file. */
  get hasData(): boolean {
    return this.#files.hasData;
  }

  /** No more cuts. */
  hold(): void {
    this.#files.hold();
  }

  /** All rows of the resource go into one package, the last. */
  isWhole(resource: string): boolean {
    return this.#files.isHeld || this.#files.whole.has(resource);
  }

  /** Throws RowInvalidError, WorkingDirError when the disk refuses. */
  write(definition: ResourceDefinition, rows: readonly unknown[], mark: Mark | undefined): void {
    guardDisk(this.folder.workingDir, () => this.#rows.write(definition, rows, mark));
  }

  /** A replaced table that got no rows is emptied: an empty raw file says so. A table that never had rows needs none. */
  writeEmpty(definition: ResourceDefinition): void {
    for (const table of Object.values(this.schema.tables)) {
      if (table.parent !== undefined || table.resource !== definition.name || !hasSeenData(table)) continue;
      if (this.#files.of(definition.name).has(table.name)) continue;
      const name = this.#tables.declare(definition, table.name, undefined);
      this.#rows.fileOf(definition, name, this.#counts.of(definition.name)).ensureFile();
    }
  }

  /** Creates the tables of a resource that got no rows and has the option `materialize`: empty raw files say so. */
  materialize(definition: ResourceDefinition): void {
    const { hints, name } = definition;
    if (hints.materialize === true && typeof hints.tableName !== "function")
      this.#tables.declare(definition, hints.tableName ?? name, undefined);
    const files = this.#files.of(name);
    for (const table of this.#tables.materializedOf(name)) {
      if (!files.has(table) && !this.#files.isClosed(table) && !this.#tables.isSkipped(table)) files.of(table).ensureFile();
    }
  }

  /** Adds a row that leat itself makes, with the definition of its table. */
  writeSystemRow(table: TableSchema, row: object): void {
    this.#tables.addSystemTable(table);
    this.#files.current.of(table.name).append(encodeRow(row));
  }

  /** A resource ends before its end: its tables must not turn into ones that need all rows. */
  close(resource: string): void {
    this.#files.close(this.#tables.tablesOf(resource));
  }

  /** The schema that others have meanwhile brought further, with what is declared here. */
  rebase(known: SchemaDocument): void {
    this.#tables.rebase(known, (table) => this.#files.current.has(table));
  }

  /** The package that is written now is not the newest any more, and has to be. */
  renewLoadId(loadId: string): void {
    this.#files.renewLoadId(loadId);
  }

  /** A package is cut off: what comes from here on goes into another one. */
  beginNext(folder: PackageFolder): void {
    this.#counts.beginNext(this.#files.whole);
    this.#files.beginNext(folder);
  }

  /** The rows that waited come into the package that is written now. */
  takeInWhole(): void {
    this.#files.takeInWhole();
  }

  /** Writes what is gathered into the package that is written now. */
  finish(): void {
    guardDisk(this.folder.workingDir, () => this.#files.current.finish());
  }

  /** Closes all files without writing what is gathered. */
  abandon(): void {
    this.#files.abandon();
  }

  /** Rows so far of a resource. */
  rowsOf(resource: string): number {
    return this.#counts.rowsOf(resource);
  }

  /** Of all packages. */
  resourceMetrics(resource: string): Metrics {
    return this.#counts.metrics(resource);
  }

  /** Of the package that is written now. */
  packageMetrics(resource: string): Metrics {
    return this.#counts.packageMetrics(resource);
  }

  /** Of all packages; a table has one entry for each that has rows of it. */
  tableMetrics(): readonly (readonly [table: string, metrics: Metrics])[] {
    return this.#files.tableMetrics();
  }

  /** Of the job files of the package that is written now. */
  jobNotes(): JobNotes {
    return this.#files.jobNotes();
  }
}
