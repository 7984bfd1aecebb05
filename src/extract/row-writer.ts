import { ConfigError } from "../core/errors.ts";
import { isArrowData } from "../formats/arrow/arrow-data.ts";
import { newTableReason } from "../schema/discards.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { type ArrowRows, withOptionalIds } from "./arrow-rows.ts";
import type { DeclaredTables } from "./declared-tables.ts";
import type { ResourceDefinition } from "./definition.ts";
import { countPlainRows, encodeOtherRow, plainRow, UnencodableError } from "./encode-row.ts";
import { ResourceFailedError, RowInvalidError } from "./errors.ts";
import type { Mark } from "./marked.ts";
import type { DiscardedRow } from "./node-environment.ts";
import type { PackageFiles } from "./package-files.ts";
import type { RawFile } from "./raw-file.ts";
import { appendRawJson, RawJson, rawJsonRows } from "./raw-json.ts";
import type { ResourceCount, ResourceCounts } from "./resource-counts.ts";

export interface RowWriterOptions {
  readonly sourceName: string;
  readonly naming: NamingConvention;
  readonly tables: DeclaredTables;
  readonly files: PackageFiles;
  readonly counts: ResourceCounts;
  readonly arrow: ArrowRows;
  /** A row of a new table that its contract keeps out. */
  readonly onDiscarded: ((definition: ResourceDefinition, discarded: DiscardedRow) => void) | undefined;
}

interface RowPlace {
  readonly definition: ResourceDefinition;
  readonly table: string;
  readonly count: ResourceCount;
}

/** Finds the table of each row, and writes the row to the files of that table. */
export class RowWriter {
  readonly #sourceName: string;
  readonly #naming: NamingConvention;
  readonly #tables: DeclaredTables;
  readonly #files: PackageFiles;
  readonly #counts: ResourceCounts;
  readonly #arrow: ArrowRows;
  readonly #onDiscarded: RowWriterOptions["onDiscarded"];

  constructor({ sourceName, naming, tables, files, counts, arrow, onDiscarded }: RowWriterOptions) {
    this.#sourceName = sourceName;
    this.#naming = naming;
    this.#tables = tables;
    this.#files = files;
    this.#counts = counts;
    this.#arrow = arrow;
    this.#onDiscarded = onDiscarded;
  }

  /** Throws RowInvalidError, ResourceFailedError, and what a declaration or an Arrow table is refused with. */
  write(definition: ResourceDefinition, rows: readonly unknown[], mark: Mark | undefined): void {
    const { hints, name } = definition;
    const tables = this.#tables;
    const tableOf = mark?.tableName ?? hints.tableName ?? name;
    if (rows.length === 0) {
      if (mark?.hints !== undefined) tables.declare(definition, typeof tableOf === "string" ? tableOf : name, mark.hints);
      return;
    }
    const count = this.#counts.of(name);
    let table = typeof tableOf === "string" ? tables.declare(definition, tableOf, mark?.hints) : "";
    if (tables.isDiscarded(name, table)) {
      this.#discard(rows, { definition, table, count });
      return;
    }
    let file: RawFile | undefined;
    const isBatched = typeof tableOf === "string" && this.#files.takesBatches;
    let batch = firstBatch;
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index];
      if (typeof tableOf === "function") {
        if (isArrowData(row)) throw new ConfigError(tableOfArrow(name));
        table = tables.declare(definition, this.#tableOfRow(definition, tableOf, row), mark?.hints);
        file = undefined;
        if (tables.isDiscarded(name, table)) {
          this.#discard([row], { definition, table, count });
          continue;
        }
      }
      if (tables.isSkipped(table)) {
        count.rows += rowsIn(row, name);
        continue;
      }
      const plain = isBatched && index + 1 < rows.length ? countPlainRows(rows, index, batch) : 0;
      const joined = plain > 1 ? joinedRows(rows, index, index + plain) : undefined;
      if (joined !== undefined) {
        file ??= this.fileOf(definition, table, count);
        file.appendRows(joined, plain);
        count.rows += plain;
        count.characters += joined.length - plain + 1;
        batch = Math.min(maxBatch, Math.max(2, Math.floor((batchCharacters * plain) / joined.length)));
        index += plain - 1;
        continue;
      }
      const text = encode(plainRow, row, definition, count.rows, this.#sourceName) ?? this.#otherRow(row, { definition, table, count });
      if (text === undefined) {
        file = undefined;
        continue;
      }
      file ??= this.fileOf(definition, table, count);
      file.append(text);
      count.rows += 1;
      count.characters += text.length;
    }
  }

  /** The raw file that rows of a resource go to, counted as one of the resource. */
  fileOf({ name }: ResourceDefinition, table: string, count: ResourceCount): RawFile {
    const files = this.#files.of(name);
    const file = files.of(table);
    count.tables.add(file);
    if (file.rows === 0 && files.columnar(table) !== undefined)
      this.#tables.advance(withOptionalIds(this.#tables.schema, table, this.#naming));
    return file;
  }

  /** What goes wrong in the user's function is the resource's doing. */
  #tableOfRow({ name: resource }: ResourceDefinition, tableOf: (row: never) => string, row: unknown): string {
    try {
      return tableOf(row as never);
    } catch (cause) {
      throw new ResourceFailedError({ resource, sourceName: this.#sourceName, cause });
    }
  }

  /** The text of a row, or undefined for an item that is many rows, which are written then. */
  #otherRow(row: unknown, { definition, table, count }: RowPlace): string | undefined {
    if (row instanceof RawJson) {
      const { rows, characters } = appendRawJson(row, definition.name, count.rows, () => this.fileOf(definition, table, count));
      count.rows += rows;
      count.characters += characters;
      return undefined;
    }
    if (!isArrowData(row)) return encode(encodeOtherRow, row, definition, count.rows, this.#sourceName);
    const [tables, files] = [this.#tables, this.#files.of(definition.name)];
    const awaitsNormalize = this.#files.awaitsNormalize(table);
    const place = { resource: definition.name, schema: tables.schema, table, files, awaitsNormalize, rowIndex: count.rows };
    tables.advance(this.#arrow.write(row, place));
    count.rows += row.numRows;
    const columnar = files.columnar(table);
    if (columnar !== undefined) count.columnar.add(columnar);
    return undefined;
  }

  #discard(rows: readonly unknown[], { definition, table, count }: RowPlace): void {
    for (const row of rows) {
      const many = rowsIn(row, definition.name);
      for (let i = 0; i < many; i += 1) this.#onDiscarded?.(definition, { table, reason: newTableReason });
      count.rows += many;
    }
  }
}

/** Rows that are written at once: a call for each takes twice as long. */
const firstBatch = 4;
const maxBatch = 64;
/** They are held besides the line that they go to. */
const batchCharacters = 16 * 1024;

/** The texts of plain rows, with commas between them. Undefined when one cannot be read: which one is found out when each is written alone. */
function joinedRows(rows: readonly unknown[], from: number, to: number): string | undefined {
  try {
    return JSON.stringify(rows.slice(from, to)).slice(1, -1);
  } catch {
    return undefined;
  }
}

/** An item may be many rows. */
function rowsIn(row: unknown, resource: string): number {
  if (row instanceof RawJson) return rawJsonRows(row, resource).length;
  return isArrowData(row) ? row.numRows : 1;
}

function encode<Text extends string | undefined>(
  as: (row: unknown) => Text,
  row: unknown,
  { name: resource }: ResourceDefinition,
  rowIndex: number,
  sourceName: string,
): Text {
  try {
    return as(row);
  } catch (error) {
    if (error instanceof UnencodableError) throw new RowInvalidError({ resource, rowIndex, path: error.path, what: error.what });
    // A getter or a toJSON() of the row.
    throw new ResourceFailedError({ resource, sourceName, cause: error });
  }
}

function tableOfArrow(resource: string): string {
  return (
    `Resource \`${resource}\` names the table of each row with a function, and gives Arrow tables, which go whole into one table. ` +
    "Name it with withTableName(table, name), or with a text as `tableName`."
  );
}
