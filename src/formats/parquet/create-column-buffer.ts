import { BinaryColumn } from "./binary-column.ts";
import { BooleanColumn } from "./boolean-column.ts";
import type { ColumnBuffer } from "./column-buffer.ts";
import type { ColumnMemory } from "./column-memory.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { DecimalColumn } from "./decimal-column.ts";
import { DoubleColumn } from "./double-column.ts";
import { Int32Column } from "./int32-column.ts";
import { Int64Column } from "./int64-column.ts";
import { TextColumn } from "./text-column.ts";
import { TimestampColumn } from "./timestamp-column.ts";

/** An empty buffer for the cells of one column. */
export function createColumnBuffer(name: string, type: ParquetColumnType, memory?: ColumnMemory): ColumnBuffer {
  switch (type.kind) {
    case "text":
    case "json":
      return new TextColumn(name, type, memory);
    case "binary":
      return new BinaryColumn(name, type, memory);
    case "timestamp":
      return type.unit === undefined ? new Int64Column(name, type, memory) : new TimestampColumn(name, type, type.unit, memory);
    case "bigint":
    case "time":
      return new Int64Column(name, type, memory);
    case "date":
      return new Int32Column(name, type, memory);
    case "double":
      return new DoubleColumn(name, type, memory);
    case "bool":
      return new BooleanColumn(name, type, memory);
    case "decimal":
      return new DecimalColumn(name, type, memory);
  }
}
