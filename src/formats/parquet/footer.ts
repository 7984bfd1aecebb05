import { encoding } from "./codes.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { physicalTypeOf, writeSchemaElement } from "./schema-element.ts";
import { CompactWriter } from "./thrift-compact.ts";

/** Where a column of a row group stands in the file, and what it holds. */
export interface ColumnChunk {
  readonly dataOffset: number;
  /** Set when the values are indexes into a dictionary. It stands before the data. */
  readonly dictionaryOffset: number | undefined;
  readonly size: number;
  /** As large it would be unpacked. */
  readonly plainSize: number;
  readonly nullCount: number;
}

interface RowGroup {
  readonly rowCount: number;
  readonly chunks: ReadonlyMap<string, ColumnChunk>;
}

/** What holds for a whole file. */
export interface FileSettings {
  /** Of the format: 1, or 2 where readers have to know the types that came later. */
  readonly formatVersion: 1 | 2;
  /** What pages are packed with. */
  readonly codec: number;
}

/** The metadata at the end of a file. Every row group has a chunk of every column. */
export function footer(
  columns: ReadonlyMap<string, ParquetColumnType>,
  rowGroups: readonly RowGroup[],
  { formatVersion, codec }: FileSettings,
): Uint8Array {
  const out = new CompactWriter(4096);
  out.i32(1, formatVersion);
  writeSchema(out, columns);
  out.i64(
    3,
    rowGroups.reduce((rows, group) => rows + group.rowCount, 0),
  );
  out.structs(4, rowGroups, (group) => writeRowGroup(out, columns, group, codec));
  out.text(6, "leat");
  return out.finish();
}

// The list starts with the root, which says how many columns follow.
function writeSchema(out: CompactWriter, columns: ReadonlyMap<string, ParquetColumnType>): void {
  out.structs(2, [undefined, ...columns], (column) => {
    if (column) return writeSchemaElement(out, ...column);
    out.text(4, "schema");
    out.i32(5, columns.size);
  });
}

function writeRowGroup(out: CompactWriter, columns: ReadonlyMap<string, ParquetColumnType>, group: RowGroup, codec: number): void {
  let size = 0;
  for (const chunk of group.chunks.values()) size += chunk.plainSize;
  out.structs(1, [...columns], ([name, type]) => writeColumnChunk(out, { name, type, codec }, group.rowCount, group.chunks.get(name)!));
  out.i64(2, size);
  out.i64(3, group.rowCount);
}

interface ChunkColumn {
  readonly name: string;
  readonly type: ParquetColumnType;
  readonly codec: number;
}

function writeColumnChunk(out: CompactWriter, { name, type, codec }: ChunkColumn, rowCount: number, chunk: ColumnChunk): void {
  out.i64(2, chunk.dictionaryOffset ?? chunk.dataOffset);
  out.struct(3, () => {
    out.i32(1, physicalTypeOf(type));
    out.i32s(2, chunk.dictionaryOffset === undefined ? plainEncodings : dictionaryEncodings);
    out.texts(3, [name]);
    out.i32(4, codec);
    out.i64(5, rowCount);
    out.i64(6, chunk.plainSize);
    out.i64(7, chunk.size);
    out.i64(9, chunk.dataOffset);
    if (chunk.dictionaryOffset !== undefined) out.i64(11, chunk.dictionaryOffset);
    out.struct(12, () => out.i64(3, chunk.nullCount));
  });
}

const plainEncodings = [encoding.plain, encoding.rle];
const dictionaryEncodings = [...plainEncodings, encoding.dictionary];
