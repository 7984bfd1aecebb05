import { SchemaError } from "../core/errors.ts";
import type { DataType } from "./data-type.ts";

/** Rows want a change that the schema refuses. */
export class ContractViolationError extends SchemaError {
  readonly code = "contract-violation" as const;
  /** The table that refuses it. */
  readonly table: string;
  /** The column; undefined where it is about the table. */
  readonly column: string | undefined;
  /** The value, as it came. */
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

interface TypeConflict {
  readonly schemaName: string;
  readonly table: string;
  readonly column: string;
  /** Of the column, and of the value. */
  readonly dataTypes: readonly [DataType, DataType];
}

/** A value fits neither its column nor the column for variants of its type; or another pipeline gave the column another type in the meantime. */
export class TypeConflictError extends SchemaError {
  readonly code = "type-conflict" as const;
  /** The table. */
  readonly table: string;
  /** The column. */
  readonly column: string;
  /** Of the column, and of the value. */
  readonly dataTypes: readonly [DataType, DataType];

  constructor(problem: string, about: TypeConflict) {
    super(problem, about);
    this.table = about.table;
    this.column = about.column;
    this.dataTypes = about.dataTypes;
  }

  static ofValue(
    about: TypeConflict & { readonly rowIndex: number; readonly reason: string; readonly advice?: string | undefined },
  ): TypeConflictError {
    const { table, column, dataTypes, rowIndex, reason } = about;
    const { advice = `Declare another type with columns: { ${column}: { dataType: ... } }, or change the value with .map().` } = about;
    return new TypeConflictError(
      `Row ${rowIndex} of table \`${table}\` has a ${dataTypes[1]} that column \`${column}\` (${dataTypes[0]}) cannot hold: ${reason}. ${advice}`,
      about,
    );
  }

  static betweenPipelines(about: TypeConflict): TypeConflictError {
    const { table, column, dataTypes } = about;
    return new TypeConflictError(
      `Column \`${column}\` of table \`${table}\` is ${dataTypes[1]} in this package, but another pipeline created it as ${dataTypes[0]} since this run began. ` +
        "Nothing of the package was stored. Give its packages up with abort-packages and run again: a pipeline of the same name then fits its rows to the column. " +
        `In one of another name declare the column as it is there, with columns: { ${column}: { dataType: "${dataTypes[0]}" } }.`,
      about,
    );
  }
}
