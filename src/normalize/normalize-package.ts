import { basename } from "node:path";
import { crashPoint } from "../core/crash-point.ts";
import { CancelledError } from "../core/errors.ts";
import { randomRowIds } from "../core/random-row-ids.ts";
import type { Runtime } from "../core/runtime.ts";
import { LineInvalidError, readTypedJsonl } from "../formats/typed-jsonl.ts";
import { PackageCorruptError } from "../load-package/errors.ts";
import { jobId, numberedFileId, parseJobFileName } from "../load-package/job-file.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import { preferredType } from "../schema/default-hints.ts";
import { type Detection, detectionNames } from "../schema/detections.ts";
import type { Discard } from "../schema/discards.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import { schemaNaming } from "../schema/schema-naming.ts";
import { isSystemTable } from "../schema/system-tables.ts";
import { hasSeenData, normalizerHints } from "../schema/table.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import { DistinctNames } from "./distinct-names.ts";
import { createNamedFlatten, type FlattenSettings, type NamedFlatten } from "./flatten.ts";
import type { JobFormats } from "./job-format-of.ts";
import { keyHash, rowHash } from "./keys.ts";
import { type Collision, collisions, type NullOnlyColumns, nullOnlyColumns } from "./name-findings.ts";
import { NewTables } from "./new-tables.ts";
import { PassedOn } from "./passed-on.ts";
import type { Rotation } from "./rotation.ts";
import { systemColumns } from "./system-columns.ts";
import { TableBuffer } from "./table-buffer.ts";

export interface NormalizePackageOptions {
  readonly extracted: PackageFolder;
  /** Where the job files go. */
  readonly target: PackageFolder;
  readonly schema: SchemaDocument;
  readonly maxIdentifierLength: number | undefined;
  /** Of the destination. */
  readonly caseSensitiveIdentifiers: boolean;
  /** See `jobFormatsOf`. */
  readonly jobFormats: JobFormats;
  readonly rotation?: Rotation | undefined;
  readonly runtime: Runtime;
  /** Looked at between two units. */
  readonly signal?: AbortSignal;
  readonly onProgress: (rows: number) => void;
}

export interface NormalizedPackage {
  readonly schemaUpdate: SchemaUpdate;
  /** Rows of every job file, by job id. */
  readonly jobRows: { readonly [jobId: string]: number };
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
const rawFormat = "typed-jsonl";

/** All columns of a unit are written out when they hold more than this. */
const maxBufferedBytes = 16 * 1024 * 1024;

/** Turns the raw files of a package, unit by unit, into job files: one per unit and table, or more where the format of the files needs it. Job files go on as they are. */
export async function normalizePackage(options: NormalizePackageOptions): Promise<NormalizedPackage> {
  const run = new PackageRun(options);
  try {
    for (const unit of options.extracted.jobs("new")) {
      throwIfCancelled(options);
      await run.normalizeUnit(unit);
    }
    return run.result();
  } catch (error) {
    run.abort();
    throw error;
  }
}

function throwIfCancelled({ signal, extracted }: NormalizePackageOptions): void {
  if (signal?.aborted !== true) return;
  throw new CancelledError(`The run was cancelled while package \`${extracted.loadId}\` was normalized; the next run does that again.`, {
    cause: signal.reason,
  });
}

class PackageRun {
  readonly #options: NormalizePackageOptions;
  readonly #flatten: NamedFlatten;
  readonly #detections: readonly Detection[];
  readonly #naming: FlattenSettings["naming"];
  readonly #tables = new Map<string, TableBuffer>();
  readonly #newTables: NewTables;
  readonly #passedOn: PassedOn;
  readonly #tableNames: DistinctNames;
  readonly #jobRows: Record<string, number> = {};
  readonly #nowMs: number;
  #fileNumber = 0;
  #rows = 0;
  #reportedRows = 0;

  constructor(options: NormalizePackageOptions) {
    this.#options = options;
    this.#nowMs = Math.floor(options.runtime.nowMicros() / 1000);
    this.#naming = schemaNaming(options.schema, options.maxIdentifierLength);
    this.#detections = (options.schema.settings.detections ?? []).filter((name): name is Detection =>
      (detectionNames as readonly string[]).includes(name),
    );
    const { schema, caseSensitiveIdentifiers: caseSensitive } = options;
    this.#tableNames = new DistinctNames({ what: "tables", schemaName: schema.name, caseSensitive });
    for (const table of Object.values(schema.tables)) if (hasSeenData(table)) this.#tableNames.add(table.name);
    this.#newTables = new NewTables(schema);
    this.#passedOn = new PassedOn(options);
    this.#flatten = createNamedFlatten(flattenSettings(options, this.#naming));
  }

  async normalizeUnit(unit: PackageJob): Promise<void> {
    if (unit.format !== rawFormat) return this.#passOn(unit);
    const { extracted } = this.#options;
    const ordinal = this.#fileNumber++;
    const sink = (table: string, parent: string | undefined, row: Parameters<TableBuffer["append"]>[0]): boolean => {
      const known = this.#tables.get(table);
      if (known?.isFileOpen === true) return known.append(row);
      if (known === undefined && (this.#isSkipped(table) || !this.#newTables.admits(table, parent, row))) return false;
      return this.#tableOf(table, parent, ordinal, unit).append(row);
    };
    const { flatten } = this.#flatten;
    const before = this.#rows;
    try {
      for await (const rows of readTypedJsonl(unit.path)) {
        for (const row of rows) if (row !== null) flatten(row, unit.table, sink);
        this.#rows += rows.length;
        this.#report(unit, rows.length);
        this.#flushIfFull();
      }
    } catch (error) {
      if (!(error instanceof LineInvalidError)) throw error;
      const { workingDir, loadId } = extracted;
      throw new PackageCorruptError({ workingDir, loadId, path: unit.path, problem: `is damaged: ${error.message}`, cause: error });
    }
    if (this.#rows === before) this.#keepEmpty(unit, ordinal);
    this.#endFiles();
    crashPoint("normalize:jobs-written");
  }

  #passOn(unit: PackageJob): void {
    this.#tableNames.add(unit.table);
    const { job, rows } = this.#passedOn.add(unit, this.#fileNumber++);
    this.#jobRows[job] = rows;
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
    return { schemaUpdate: update, jobRows: this.#jobRows, rowCounts, findings: this.#findings() };
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
    let table = this.#tables.get(name);
    if (table === undefined) {
      const { schema, caseSensitiveIdentifiers: caseSensitive, jobFormats } = this.#options;
      this.#tableNames.add(name);
      table = new TableBuffer({
        schema,
        name,
        parent,
        naming: this.#naming,
        detections: this.#detections,
        nowMs: this.#nowMs,
        caseSensitive,
        rotation: this.#options.rotation ?? {},
        jobFormat: jobFormats(this.#tableSchema(name) ?? this.#tableSchema(parent), ({ parent: above }) => this.#tableSchema(above)),
      });
      this.#tables.set(name, table);
    }
    if (!table.isFileOpen) table.beginFile(this.#newPaths(table, ordinal, unit));
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
      const { bufferedBytes } = table;
      if (bufferedBytes >= fileMaxBytes) table.flush();
      else bytes += bufferedBytes;
    }
    if (bytes >= maxBufferedBytes) for (const table of this.#tables.values()) table.flush();
  }

  #endFiles(): void {
    for (const table of this.#tables.values()) {
      if (!table.isFileOpen) continue;
      for (const { path, rows } of table.endFiles()) this.#jobRows[jobId(parseJobFileName(basename(path))!)] = rows;
    }
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

function flattenSettings(options: NormalizePackageOptions, naming: FlattenSettings["naming"]): FlattenSettings {
  const { schema, runtime } = options;
  const { config } = schema.normalizers.json;
  const newRowId = randomRowIds(runtime);
  const table = (name: string): TableSchema | undefined => (Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined);
  const keyColumns = new Map<string, readonly string[]>();
  return {
    naming,
    loadId: options.extracted.loadId,
    useBreakPath: schema.normalizers.use_break_path_on_normalize !== false,
    maxNesting: (name) => (normalizerHints(table(name) ?? {})["max_nesting"] as number | undefined) ?? config?.max_nesting,
    nestedNesting: nestedNesting(schema),
    isJsonColumn: (name, column) => (table(name)?.columns[column]?.data_type ?? preferredType(schema, column)) === "json",
    isRootTable: (name) => {
      const found = table(name);
      return found !== undefined && found.parent === undefined;
    },
    propagation: (name) =>
      Object.entries({ ...(table(name)?.parent === undefined ? config?.propagation?.root : {}), ...config?.propagation?.tables?.[name] }),
    rowId: (name, row, document) => {
      const found = table(name);
      switch (found?.write_disposition === "merge" ? found["x-merge-strategy"] : undefined) {
        case "upsert":
        case "insert-only": {
          const keys =
            keyColumns.get(name) ??
            Object.values(found!.columns)
              .filter((column) => column["primary_key"] === true)
              .map((column) => column.name);
          keyColumns.set(name, keys);
          return keyHash(row, keys);
        }
        case "scd2":
          return rowHash(document);
        default:
          return newRowId();
      }
    },
  };
}

/** How deep tables say that their rows go, wherever those are found; undefined when none does, which is the usual case. */
function nestedNesting(schema: SchemaDocument): FlattenSettings["nestedNesting"] {
  const levels = new Map<string, number>();
  for (const table of Object.values(schema.tables)) {
    const level = normalizerHints(table)["max_nesting"];
    if (typeof level === "number") levels.set(table.name, level);
  }
  return levels.size === 0 ? undefined : (name) => levels.get(name);
}
