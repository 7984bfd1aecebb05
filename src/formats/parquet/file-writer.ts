import { InternalError } from "../../core/errors.ts";
import { UnfinishedFile } from "../unfinished-file.ts";
import { codec } from "./codes.ts";
import type { ColumnSource, PageSettings } from "./column-buffer.ts";
import { isSameType, type ParquetColumnType } from "./column-type.ts";
import { packingOf } from "./compression.ts";
import { type ColumnChunk, footer } from "./footer.ts";
import { nullPage, type Page } from "./page.ts";
import { defaultParquetFormat, type ParquetFormat } from "./parquet-format.ts";
import { writePieces } from "./write-pieces.ts";

/**
 * Writes one Parquet file: flat, every column optional.
 * A column may come with any row group: `close` adds it, without values, to the ones before.
 */
export class ParquetFileWriter {
  readonly #file: UnfinishedFile;
  readonly #format: ParquetFormat;
  readonly #pages: PageSettings;
  readonly #columns = new Map<string, ParquetColumnType>();
  readonly #rowGroups: { readonly rowCount: number; readonly chunks: Map<string, ColumnChunk> }[] = [];
  #pending: Uint8Array[] = [];
  #bytes = 0;
  #rows = 0;

  constructor(path: string, format: ParquetFormat = defaultParquetFormat) {
    this.#format = format;
    this.#pages = { dataPageSize: format.dataPageSize, packing: packingOf(format.compression) };
    this.#file = new UnfinishedFile(path);
    this.#append([magic]);
  }

  get path(): string {
    return this.#file.path;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Writes `rowCount` rows and clears the columns for the next ones. New columns are placed behind the known ones, in the order of the map;
   * known columns that are missing have no value. Without rows it only makes the columns known.
   */
  writeRowGroup(columns: ReadonlyMap<string, ColumnSource>, rowCount: number): void {
    for (const [name, column] of columns) this.#declare(name, column.type);
    if (rowCount === 0) return;
    const chunks = new Map<string, ColumnChunk>();
    for (const [name, column] of columns) chunks.set(name, this.#appendColumn(column, rowCount));
    this.#rowGroups.push({ rowCount, chunks });
    this.#rows += rowCount;
    this.#flush();
    for (const column of columns.values()) column.clear();
  }

  /** Ends the file and gives it its name. */
  close(): { bytes: number; rows: number } {
    this.#file.finish(() => {
      this.#appendMissingColumns();
      this.#appendFooter();
      this.#flush();
    });
    return { bytes: this.#bytes, rows: this.#rows };
  }

  /** Removes what was written. After `close` or a first `abort` it does nothing. */
  abort(): void {
    this.#file.abort();
  }

  #declare(name: string, type: ParquetColumnType): void {
    const known = this.#columns.get(name);
    if (known && !isSameType(known, type)) throw new InternalError(`Column \`${name}\` changed its type within the file ${this.path}.`);
    this.#columns.set(name, known ?? type);
  }

  #appendColumn(column: ColumnSource, rowCount: number): ColumnChunk {
    const { dictionary, data, nullCount } = column.finish(rowCount, this.#pages);
    const dictionaryOffset = dictionary && this.#appendPage(dictionary);
    const dataOffset = this.#bytes;
    let [size, plainSize] = [dictionary?.size ?? 0, dictionary?.plainSize ?? 0];
    for (const page of data) {
      this.#appendPage(page);
      size += page.size;
      plainSize += page.plainSize;
    }
    return { dataOffset, dictionaryOffset, size, plainSize, nullCount };
  }

  #appendMissingColumns(): void {
    for (const { rowCount, chunks } of this.#rowGroups) {
      const page = nullPage(rowCount, this.#pages.packing);
      const { size, plainSize } = page;
      for (const name of this.#columns.keys()) {
        if (chunks.has(name)) continue;
        chunks.set(name, { dataOffset: this.#appendPage(page), dictionaryOffset: undefined, size, plainSize, nullCount: rowCount });
      }
    }
  }

  #appendFooter(): void {
    if (this.#columns.size === 0) throw new InternalError(`The file ${this.path} has no column.`);
    const metadata = footer(this.#columns, this.#rowGroups, {
      formatVersion: this.#format.version === "1.0" ? 1 : 2,
      codec: this.#pages.packing?.codec ?? codec.uncompressed,
    });
    const size = Buffer.alloc(4);
    size.writeUInt32LE(metadata.length);
    this.#append([metadata, size, magic]);
  }

  /** Answers with the place of the page in the file. */
  #appendPage(page: Page): number {
    const offset = this.#bytes;
    this.#append(page.pieces);
    return offset;
  }

  #append(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#pending.push(piece);
      this.#bytes += piece.length;
    }
  }

  #flush(): void {
    writePieces(this.#file.fd, this.#pending);
    this.#pending = [];
  }
}

const magic: Uint8Array = Buffer.from("PAR1");
