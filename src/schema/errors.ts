import { SchemaError } from "../core/errors.ts";
import type { DataType } from "./data-type.ts";

/** Rows want a change that the schema refuses. */
export class ContractViolationError extends SchemaError {
  readonly code = "contract-violation" as const;
  readonly table: string;
  readonly column: string | undefined;
  readonly value: unknown;
  /** Counts the rows of the table in the load package, from 0. */
  readonly rowIndex: number;

  constructor(options: {
    readonly schemaName: string;
    readonly table: string;
    readonly column?: string;
    readonly value?: unknown;
    readonly rowIndex: number;
    /** What is refused, and why: follows "Table `x` refuses". */
    readonly change: string;
    readonly advice: string;
  }) {
    const { table, rowIndex, change, advice } = options;
    super(`Table \`${table}\` refuses ${change} (row ${rowIndex}). ${advice}`, options);
    this.table = table;
    this.column = options.column;
    this.value = options.value;
    this.rowIndex = rowIndex;
  }
}

/** A value fits neither its column nor the column for variants of its type. */
export class TypeConflictError extends SchemaError {
  readonly code = "type-conflict" as const;
  readonly table: string;
  readonly column: string;
  /** Of the column, and of the value. */
  readonly dataTypes: readonly [DataType, DataType];

  constructor(options: {
    readonly schemaName: string;
    readonly table: string;
    readonly column: string;
    readonly dataTypes: readonly [DataType, DataType];
    readonly rowIndex: number;
    readonly reason: string;
  }) {
    const { table, column, dataTypes, rowIndex, reason } = options;
    super(
      `Row ${rowIndex} of table \`${table}\` has a ${dataTypes[1]} that column \`${column}\` (${dataTypes[0]}) cannot hold: ${reason}. ` +
        `Declare another type with columns: { ${column}: { dataType: ... } }, or change the value with .map().`,
      options,
    );
    this.table = table;
    this.column = column;
    this.dataTypes = dataTypes;
  }
}
