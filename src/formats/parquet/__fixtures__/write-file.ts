import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Cell } from "../../../schema/cell.ts";
import type { ColumnBuffer } from "../column-buffer.ts";
import type { ParquetColumnType } from "../column-type.ts";
import { createColumnBuffer } from "../create-column-buffer.ts";
import { ParquetFileWriter } from "../file-writer.ts";
import { defaultParquetFormat, type ParquetFormat } from "../parquet-format.ts";

/** The cells of one column; undefined where a row has none. */
export interface TestColumn {
  readonly type: ParquetColumnType;
  readonly cells: readonly (Cell | undefined)[];
}

export type TestRowGroup = Readonly<Record<string, TestColumn>>;

const folder = mkdtempSync(join(tmpdir(), "leat-parquet-"));
let fileCount = 0;
afterAll(() => rmSync(folder, { recursive: true }));

export function newFilePath(): string {
  return join(folder, `${fileCount++}.parquet`);
}

/** Writes a file of the given row groups and answers with its path. */
export function writeFile(...rowGroups: readonly TestRowGroup[]): string {
  return writeFileAs({}, rowGroups);
}

export function writeFileAs(format: Partial<ParquetFormat>, rowGroups: readonly TestRowGroup[]): string {
  const file = new ParquetFileWriter(newFilePath(), { ...defaultParquetFormat, ...format });
  for (const group of rowGroups) {
    const columns = new Map<string, ColumnBuffer>();
    let rowCount = 0;
    for (const [name, { type, cells }] of Object.entries(group)) {
      columns.set(name, filled(createColumnBuffer(name, type), cells));
      rowCount = Math.max(rowCount, cells.length);
    }
    file.writeRowGroup(columns, rowCount);
  }
  file.close();
  return file.path;
}

function filled(column: ColumnBuffer, cells: readonly (Cell | undefined)[]): ColumnBuffer {
  cells.forEach((cell, row) => {
    if (cell !== undefined) column.set(row, cell);
  });
  return column;
}
