import { BinaryColumn } from "./binary-column.ts";
import { BooleanColumn } from "./boolean-column.ts";
import type { ColumnBuffer } from "./column-buffer.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { DecimalColumn } from "./decimal-column.ts";
import { DoubleColumn } from "./double-column.ts";
import { Int32Column } from "./int32-column.ts";
import { Int64Column } from "./int64-column.ts";
import { TextColumn } from "./text-column.ts";
import { TimestampColumn } from "./timestamp-column.ts";

/** An empty buffer for the cells of one column. */
export function createColumnBuffer(name: string, type: ParquetColumnType): ColumnBuffer {
  switch (type.kind) {
    case "text":
    case "json":
      return new TextColumn(name, type);
    case "binary":
      return new BinaryColumn(name, type);
    case "timestamp":
      return type.unit === undefined ? new Int64Column(name, type) : new TimestampColumn(name, type, type.unit);
    case "bigint":
    case "time":
      return new Int64Column(name, type);
    case "date":
      return new Int32Column(name, type);
    case "double":
      return new DoubleColumn(name, type);
    case "bool":
      return new BooleanColumn(name, type);
    case "decimal":
      return new DecimalColumn(name, type);
  }
}
