import type { Coercion } from "../schema/coercion.ts";
import { contractOf, evolveOnce, isEvolving } from "../schema/contract.ts";
import { newColumnRefused, otherTypeRefused, requiredValueRefused } from "../schema/contract-violations.ts";
import type { DataType } from "../schema/data-type.ts";
import { type Discard, Discards } from "../schema/discards.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { ContractMode } from "../schema/hint-options.ts";
import { valueType } from "../schema/infer.ts";
import type { PresentValue } from "../schema/json-value.ts";
import type { PlacedCell } from "../schema/place-cell.ts";
import { normalizerHints } from "../schema/table.ts";
import type { FlatRow } from "./flatten.ts";

/** What judging rows asks the table for, as it is by now: with the columns that rows of this package brought. */
interface JudgedTable {
  readonly schema: SchemaDocument;
  readonly name: string;
  /** The table above, of one that the schema does not have. */
  readonly parent: string | undefined;
  /** Columns that must have a value. */
  readonly required: ReadonlySet<string>;
  /** Undefined while there is no such column. */
  dataType(column: string): DataType | undefined;
  readonly coerce: Coercion;
  /** Where a value goes that has no column yet, or does not fit it. */
  place(column: string, value: PresentValue): PlacedCell | undefined;
}

type Judged = { readonly mode: ContractMode; readonly reason: string };

/**
 * Keeps rows and values out of a table whose contract does not let its columns change. It decides by the schema as it was when the package began,
 * and by the columns that the table got since.
 */
export class StrictRows {
  readonly #table: JudgedTable;
  readonly #columns: ContractMode;
  readonly #dataType: ContractMode;
  readonly #discards = new Discards();
  #hasColumns: boolean;
  #discardedRows = 0;

  /** Undefined for a table that takes everything. */
  static of(table: JudgedTable, hasColumns: boolean): StrictRows | undefined {
    const contract = contractOf(table.schema, table.name, table.parent);
    if (isEvolving(contract)) return undefined;
    const stored = Object.hasOwn(table.schema.tables, table.name) ? table.schema.tables[table.name] : undefined;
    const takesColumns = normalizerHints(stored ?? {})[evolveOnce] === true;
    const columns = takesColumns ? "evolve" : contract.columns;
    return columns === "evolve" && contract.data_type === "evolve"
      ? undefined
      : new StrictRows(table, { columns, dataType: contract.data_type, hasColumns });
  }

  private constructor(
    table: JudgedTable,
    contract: { readonly columns: ContractMode; readonly dataType: ContractMode; readonly hasColumns: boolean },
  ) {
    this.#table = table;
    this.#columns = contract.columns;
    this.#dataType = contract.dataType;
    this.#hasColumns = contract.hasColumns;
  }

  get discards(): readonly Discard[] {
    return this.#discards.all();
  }

  /** Whole rows. */
  get discardedRows(): number {
    return this.#discardedRows;
  }

  /** The row as it may be loaded; undefined when it may not. A discarded row adds no column. Throws ContractViolationError. */
  admit(row: FlatRow, rowIndex: number): FlatRow | undefined {
    // The first row of a new table makes its columns.
    const columns = this.#hasColumns ? this.#columns : "evolve";
    let dropped: Map<string, string> | undefined;
    for (const [name, value] of row) {
      if (value === null) continue;
      const judged = this.#judge(name, value, columns);
      if (judged === undefined) continue;
      switch (judged.mode) {
        case "freeze":
          throw this.#refusal(name, value, rowIndex);
        case "discard_row":
          this.#discards.add({ table: this.#table.name, column: name, reason: judged.reason, discarded: "row" });
          this.#discardedRows += 1;
          return undefined;
        default:
          if (this.#table.required.has(name))
            throw requiredValueRefused({ ...this.#about(rowIndex), column: name, value, dataTypes: this.#types(name, value) });
          dropped ??= new Map();
          dropped.set(name, judged.reason);
      }
    }
    this.#hasColumns = true;
    return dropped === undefined ? row : this.#without(row, dropped);
  }

  /** What the contract says of a value that would change the table; undefined when it would not, or may. */
  #judge(name: string, value: PresentValue, columns: ContractMode): Judged | undefined {
    if (name.startsWith("_dlt")) return undefined;
    const dataType = this.#table.dataType(name);
    if (dataType === undefined) {
      if (columns === "evolve" && this.#dataType === "evolve") return undefined;
      // A type that settings prefer may not take the value.
      const placed = this.#table.place(name, value);
      if (placed?.isVariant === true) return this.#judgeVariant(name, placed, value);
      return columns === "evolve" ? undefined : { mode: columns, reason: `new column \`${name}\` (contract columns: ${columns})` };
    }
    if (this.#dataType === "evolve" || this.#table.coerce(dataType, value) !== undefined) return undefined;
    return this.#judgeVariant(name, this.#table.place(name, value), value, dataType);
  }

  /** A variant column that exists takes its values, also under contract. */
  #judgeVariant(name: string, placed: PlacedCell | undefined, value: PresentValue, dataType?: DataType): Judged | undefined {
    const mode = this.#dataType;
    if (mode === "evolve" || (placed !== undefined && this.#table.dataType(placed.column) !== undefined)) return undefined;
    // No column takes it: the table says so itself, unless such values are discarded.
    if (placed === undefined && mode === "freeze") return undefined;
    const column = dataType === undefined ? `\`${name}\`` : `\`${name}\`, which is ${dataType}`;
    return { mode, reason: `${valueType(value)} for column ${column} (contract dataType: ${mode})` };
  }

  #refusal(column: string, value: PresentValue, rowIndex: number): Error {
    const about = { ...this.#about(rowIndex), column, value };
    const isNew = this.#table.dataType(column) === undefined && this.#table.place(column, value)?.isVariant !== true;
    return isNew ? newColumnRefused(about) : otherTypeRefused({ ...about, dataTypes: this.#types(column, value) });
  }

  #types(column: string, value: PresentValue): readonly [DataType, DataType] {
    return [this.#table.dataType(column) ?? "text", valueType(value)];
  }

  #about(rowIndex: number) {
    const { schema, name: table, parent } = this.#table;
    return { schema, table, parent, rowIndex };
  }

  #without(row: FlatRow, dropped: ReadonlyMap<string, string>): FlatRow {
    for (const [column, reason] of dropped) this.#discards.add({ table: this.#table.name, column, reason, discarded: "value" });
    return new Map([...row].filter(([name]) => !dropped.has(name)));
  }
}
