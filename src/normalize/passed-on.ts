import { closeSync, copyFileSync, fdatasyncSync, linkSync, openSync } from "node:fs";
import type { CsvReading } from "../formats/job-format.ts";
import { PackageCorruptError } from "../load-package/errors.ts";
import { jobId, numberedFileId } from "../load-package/job-file.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import type { ColumnSchema, SchemaDocument } from "../schema/document.ts";
import { completeColumns, hasSeenData } from "../schema/table.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import { tablesBefore } from "./current-schema.ts";
import { DistinctNames } from "./distinct-names.ts";

export interface PassedOnOptions {
  readonly extracted: PackageFolder;
  readonly target: PackageFolder;
  readonly schema: SchemaDocument;
  /** Of the destination. */
  readonly caseSensitiveIdentifiers: boolean;
}

/** Job files that extract wrote in their final form: they go on as they are. */
export class PassedOn {
  readonly #options: PassedOnOptions;
  /** Rows by table. */
  readonly #rows = new Map<string, number>();

  constructor(options: PassedOnOptions) {
    this.#options = options;
  }

  /** Gives the id of the job in the normalized package, and its rows. Throws IdentifierError, PackageCorruptError. */
  add(unit: PackageJob, ordinal: number): { readonly job: string; readonly rows: number; readonly csv: CsvReading | undefined } {
    const { extracted, target } = this.#options;
    const { leat_job_rows: jobRows = {}, leat_csv_files: csvFiles = {} } = extracted.readState();
    const [rows, csv] = [jobRows[jobId(unit)], csvFiles[jobId(unit)]];
    if (rows === undefined) {
      const { workingDir, loadId } = extracted;
      throw new PackageCorruptError({
        workingDir,
        loadId,
        path: unit.path,
        problem: `is a ${unit.format} file, and nothing says how many rows it has`,
        cause: undefined,
      });
    }
    if (!this.#rows.has(unit.table)) this.#checkColumns(unit.table);
    const { table, format, isCompressed } = unit;
    const job = { table, fileId: numberedFileId(ordinal, unit.fileId), retry: 0, format, isCompressed };
    alsoAt(unit.path, target.newJobPath(job));
    this.#rows.set(table, (this.#rows.get(table) ?? 0) + rows);
    return { job: jobId(job), rows, csv };
  }

  /** What their tables got that they did not have before the extract, and how many rows they have, with those that came as rows. */
  addTo(update: Record<string, SchemaUpdate[string]>, rowCounts: Record<string, number>): void {
    for (const [name, rows] of this.#rows) {
      rowCounts[name] = (rowCounts[name] ?? 0) + rows;
      const seen = rows === 0 || hasSeenData(this.#options.schema.tables[name]!) ? {} : { "x-normalizer": { "seen-data": true } };
      const columns = { ...this.#newColumns(name), ...update[name]?.columns };
      if (Object.keys(columns).length > 0 || Object.keys(seen).length > 0) update[name] = { ...seen, ...update[name], columns };
    }
  }

  #newColumns(name: string): { readonly [column: string]: ColumnSchema } {
    const { extracted, schema } = this.#options;
    const before = tablesBefore(extracted, schema.name);
    const known = new Set(Object.hasOwn(before, name) ? completeColumns(before[name]!).map((column) => column.name) : []);
    const added = completeColumns(schema.tables[name]!).filter((column) => !known.has(column.name));
    return Object.fromEntries(added.map((column) => [column.name, column]));
  }

  #checkColumns(table: string): void {
    const { schema, caseSensitiveIdentifiers: caseSensitive } = this.#options;
    const names = new DistinctNames({ what: `columns of table \`${table}\``, schemaName: schema.name, caseSensitive });
    for (const column of completeColumns(schema.tables[table]!)) names.add(column.name);
  }
}

/** A second name for the file: the extracted package stays whole until the normalized one takes its place. Not every file system has that. */
function alsoAt(path: string, other: string): void {
  try {
    linkSync(path, other);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "ENOSYS", "EXDEV", "EMLINK"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    copyFileSync(path, other);
    const fd = openSync(other, "r+");
    fdatasyncSync(fd);
    closeSync(fd);
  }
}
