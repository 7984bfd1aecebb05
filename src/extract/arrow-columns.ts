import { type ArrowField, readFields } from "../formats/arrow/arrow-type.ts";
import { columnOfType } from "../formats/arrow/column-of-type.ts";
import type { JobColumn } from "../formats/job-format.ts";
import type { ColumnSchema, Columns, TableSchema } from "../schema/document.ts";
import { IdentifierError } from "../schema/naming/identifier.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { isComplete } from "../schema/table.ts";

/** A column of an Arrow table, and the column of the table that it goes into. */
export interface ArrowColumnPlan {
  /** Of the column in the Arrow table. */
  readonly index: number;
  readonly field: ArrowField;
  readonly column: JobColumn;
  /** A row without a value is refused. */
  readonly isRequired: boolean;
}

export interface ArrowColumns {
  readonly fields: readonly ArrowField[];
  readonly plans: readonly ArrowColumnPlan[];
  /** Columns that the table does not have yet, or has without a type. */
  readonly added: Columns;
  /** Columns of the table that must have a value, and that the Arrow table lacks. */
  readonly missing: readonly string[];
}

export interface ArrowColumnsInput {
  readonly fields: readonly unknown[];
  readonly table: TableSchema;
  readonly naming: NamingConvention;
  readonly schemaName: string;
  /** No row of the table is anywhere yet. */
  readonly isNewTable: boolean;
}

/**
 * Where the columns of an Arrow table go. A column that the table has keeps its type, and so does one that hints gave a type: values have to fit it.
 * Others get the type of the Arrow column. Throws ArrowUnsupported, IdentifierError.
 */
export function arrowColumns({ fields, table, naming, schemaName, isNewTable }: ArrowColumnsInput): ArrowColumns {
  const plans: ArrowColumnPlan[] = [];
  const added: Record<string, ColumnSchema> = {};
  const seen = new Map<string, string>();
  const required = new Set(
    Object.values(table.columns)
      .filter(isRequired)
      .map(({ name }) => name),
  );
  const read = readFields(fields);
  read.forEach((field, index) => {
    const name = naming.normalizePath(field.name);
    checkName({ name, raw: field.name, schemaName, other: seen.get(name) });
    seen.set(name, field.name);
    const known = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
    const column = known !== undefined && isComplete(known) ? known : newColumn(name, field, known, isNewTable);
    // A column of nulls says nothing about its type.
    if (column === undefined) return;
    if (column !== known) added[name] = column;
    plans.push({ index, field, column: column as JobColumn, isRequired: isRequired(column) });
    if (field.type.kind !== "null") required.delete(name);
  });
  return { fields: read, plans, added, missing: [...required] };
}

/** Leat's own columns are filled where the table has them. */
function isRequired(column: ColumnSchema): boolean {
  return column.nullable === false && !column.name.startsWith("_dlt_");
}

/** Rows that are there, or will be, have no value for a column that comes later: it cannot be required. */
function newColumn(name: string, field: ArrowField, hints: ColumnSchema | undefined, isNewTable: boolean): ColumnSchema | undefined {
  const type = columnOfType(field.type);
  return type && { name, nullable: field.nullable || !isNewTable, ...type, ...hints };
}

function checkName({ name, raw, schemaName, other }: { name: string; raw: string; schemaName: string; other: string | undefined }): void {
  if (name === "") throw new IdentifierError({ identifier: raw, schemaName });
  if (other === undefined) return;
  const problem = `and ${JSON.stringify(other)} are two columns of an Arrow table that both become \`${name}\`. Rename one before the table is handed over`;
  throw new IdentifierError({ identifier: raw, schemaName, problem });
}
