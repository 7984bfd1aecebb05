import { ConfigError } from "../core/errors.ts";
import type { ArrowData } from "../formats/arrow/arrow-data.ts";
import { positionIn, rangesOf, wholeOf } from "../formats/arrow/arrow-part.ts";
import { ArrowUnsupported } from "../formats/arrow/arrow-type.ts";
import { columnOfType } from "../formats/arrow/column-of-type.ts";
import { ArrowCellError, openColumns } from "../formats/arrow/write-arrow.ts";
import type { JobColumn, JobFormat } from "../formats/job-format.ts";
import { contractOf, evolveOnce, isNewTable } from "../schema/contract.ts";
import { declarationRefused, newTableRefused } from "../schema/contract-violations.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../schema/document.ts";
import { ContractViolationError, TypeConflictError } from "../schema/errors.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { newColumn } from "../schema/new-column.ts";
import { hasSeenData, isComplete, normalizerHints } from "../schema/table.ts";
import { applyUpdate, mergeTable } from "../schema/update.ts";
import { type ArrowColumnPlan, type ArrowColumns, arrowColumns } from "./arrow-columns.ts";
import type { AddedColumn } from "./columnar-files.ts";
import { RowInvalidError } from "./errors.ts";
import type { RawFiles } from "./raw-files.ts";

export interface ArrowSettings {
  readonly naming: NamingConvention;
  readonly jobFormat: (table: TableSchema) => JobFormat;
  readonly newRowId: () => string;
  /** Which columns of leat's all tables of Arrow rows get. */
  readonly arrowColumns?: AddedArrowColumns | undefined;
}

export interface AddedArrowColumns {
  readonly addDltLoadId: boolean;
  readonly addDltId: boolean;
}

/** Where Arrow tables of a resource go. */
export interface ArrowPlace {
  readonly resource: string;
  readonly schema: SchemaDocument;
  /** As the schema has it: with what the resource declares. */
  readonly table: string;
  readonly files: RawFiles;
  /** An earlier package has rows of the table that are not normalized yet. */
  readonly awaitsNormalize: boolean;
  /** Rows of the resource before these. */
  readonly rowIndex: number;
}

/** Writes the rows of Arrow tables as job files, in their final form. */
export class ArrowRows {
  readonly #settings: ArrowSettings;
  /** Tables that got their columns in this extract: a contract lets in all that come with them. */
  readonly #newTables = new Set<string>();
  readonly #written = new Set<string>();

  constructor(settings: ArrowSettings) {
    this.#settings = settings;
  }

  /** Answers with the schema and the columns that came. Throws RowInvalidError, TypeConflictError, ContractViolationError, IdentifierError. */
  write(data: ArrowData, place: ArrowPlace): SchemaDocument {
    try {
      return this.#write(data, place);
    } catch (error) {
      if (error instanceof ArrowUnsupported) throw invalid(error, place);
      throw error instanceof ArrowCellError ? refusal(error, place.rowIndex + positionIn(data, error.rowIndex), place) : error;
    }
  }

  #write(data: ArrowData, place: ArrowPlace): SchemaDocument {
    const { files, table: name } = place;
    const before = place.schema.tables[name]!;
    const columns = this.#columns(data, place, before);
    this.#checkContract(columns, place);
    if (data.numRows > 0 && columns.missing.length > 0) throw missingValue(place, columns.missing[0]!);
    if (place.awaitsNormalize && !this.#isSettled(columns, before)) throw new ConfigError(behindRows(place));
    const ids = this.#ownColumns(columns, place, before);
    const schema = applyUpdate(place.schema, { [name]: { columns: { ...columns.added, ...byName(ids.map(({ column }) => column)) } } });
    const table = schema.tables[name]!;
    const typed = Object.values(table.columns).find(isComplete);
    if (typed === undefined) {
      if (data.numRows === 0) return schema;
      throw new ArrowUnsupported(columnNames(data), "without a type: no column of its table has one");
    }
    const added = ids.map((own): AddedColumn => ({ column: own.column as JobColumn, value: own.value }));
    this.#written.add(name);
    const parts = openColumns(wholeOf(data), columns.fields);
    const columnar = files.columnarOf(name, () => this.#settings.jobFormat(table));
    // Rows without any column of the table are rows of it, too.
    const plans = columns.plans.length + added.length > 0 ? columns.plans : [withoutValues(typed as JobColumn)];
    for (const { from, to } of rangesOf(data)) columnar.write(parts, plans, { firstRow: from, rowCount: to - from, added });
    return schema;
  }

  #columns(data: ArrowData, { schema, files }: ArrowPlace, table: TableSchema): ArrowColumns {
    const { naming } = this.#settings;
    const isNew = !hasSeenData(table) && !files.has(table.name);
    return arrowColumns({ fields: data.schema.fields, table, naming, schemaName: schema.name, isNewTable: isNew });
  }

  /** True when nothing that the rows before bring can change what the Arrow table meets. A table that began without ids may leave them out. */
  #isSettled({ added }: ArrowColumns, table: TableSchema): boolean {
    if (Object.keys(added).length > 0) return false;
    if (this.#written.has(table.name) || hasSeenData(table)) return true;
    const own = ["_dlt_load_id", "_dlt_id"].map((name) => table.columns[this.#settings.naming.normalizeIdentifier(name)]);
    return own.every((column) => column !== undefined && isComplete(column));
  }

  #checkContract({ added }: ArrowColumns, { schema, table, resource, rowIndex }: ArrowPlace): void {
    const contract = contractOf(schema, table);
    const about = { schema, table, resource, rowIndex };
    if (isNewTable(schema, table)) {
      if (contract.tables === "freeze") throw newTableRefused({ ...about, row: {} });
      if (contract.tables !== "evolve") throw notForArrow(about, "tables", contract.tables);
      this.#newTables.add(table);
      return;
    }
    const [column] = Object.keys(added);
    if (column === undefined || contract.columns === "evolve" || this.#newTables.has(table)) return;
    if (normalizerHints(schema.tables[table]!)[evolveOnce] === true) return;
    if (contract.columns !== "freeze") throw notForArrow(about, "columns", contract.columns);
    throw declarationRefused({ ...about, column, part: "columns", change: `new column \`${column}\` of an Arrow table` });
  }

  /** As for dlt, Arrow rows have neither load id nor row id, unless that is asked for, or rows of other kinds gave the table these columns. */
  #ownColumns({ plans }: ArrowColumns, place: ArrowPlace, table: TableSchema): readonly { column: ColumnSchema; value: () => string }[] {
    const { naming, newRowId, arrowColumns: asked } = this.#settings;
    const isNew = !hasSeenData(table) && !place.files.has(table.name);
    const own = [
      ["_dlt_load_id", () => place.files.loadIdForRows(), asked?.addDltLoadId === true],
      ["_dlt_id", newRowId, asked?.addDltId === true],
    ] as const;
    return own.flatMap(([raw, value, isAsked]) => {
      const name = naming.normalizeIdentifier(raw);
      const known = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
      const hasColumn = (known !== undefined && isComplete(known)) || place.files.hasRows(table.name);
      if (!(hasColumn || isAsked) || plans.some(({ column }) => column.name === name)) return [];
      if (known !== undefined && isComplete(known)) return [{ column: known, value }];
      // Rows that are there have no value for it.
      const optional = hasColumn || isNew ? {} : { nullable: true };
      return [{ column: { ...newColumn(place.schema, name, "text"), ...optional, ...known }, value }];
    });
  }
}

function withoutValues(column: JobColumn): ArrowColumnPlan {
  return { index: 0, field: { name: column.name, type: { kind: "null" }, nullable: true }, column, isRequired: false };
}

/** Rows come to a table that has Arrow rows without ids: the columns of these cannot be required. */
export function withOptionalIds(schema: SchemaDocument, table: string, naming: NamingConvention): SchemaDocument {
  const names = ["_dlt_load_id", "_dlt_id"].map((raw) => naming.normalizeIdentifier(raw));
  const known = schema.tables[table]?.columns ?? {};
  const missing = names.filter((name) => !Object.hasOwn(known, name)).map((name): ColumnSchema => ({ name, nullable: true }));
  return missing.length === 0 ? schema : mergeTable(schema, { name: table, columns: byName(missing) });
}

function byName(columns: readonly ColumnSchema[]): { readonly [name: string]: ColumnSchema } {
  return Object.fromEntries(columns.map((column) => [column.name, column]));
}

function columnNames(data: ArrowData): string {
  return data.schema.fields.map((field) => String((field as { readonly name?: unknown }).name)).join("`, `");
}

function invalid({ column, what }: ArrowUnsupported, { resource, rowIndex }: ArrowPlace): RowInvalidError {
  return new RowInvalidError({ resource, rowIndex, path: column, what: `an Arrow column ${what}` });
}

function notForArrow({ table, resource }: { table: string; resource: string }, part: string, mode: string): ConfigError {
  return new ConfigError(
    `Resource \`${resource}\` hands Arrow tables to \`${table}\`, whose contract is { ${part}: "${mode}" }: rows of Arrow tables are not discarded one by one. ` +
      `Take "freeze" or "evolve" for ${part}, or hand over rows.`,
  );
}

function missingValue({ schema, table, rowIndex }: ArrowPlace, column: string): ContractViolationError {
  return new ContractViolationError({
    schemaName: schema.name,
    table,
    column,
    value: null,
    rowIndex,
    change: `an Arrow row without a value for column \`${column}\`, which is not nullable`,
    advice: `Fill the column, or declare columns: { ${column}: { nullable: true } }.`,
  });
}

function refusal({ target, value, reason, advice }: ArrowCellError, rowIndex: number, place: ArrowPlace): Error {
  const { column, field } = target;
  if (value === null) return missingValue({ ...place, rowIndex }, column.name);
  const from = columnOfType(field.type)!;
  const problem =
    `Row ${rowIndex} of resource \`${place.resource}\` has a ${typeText(from)} in Arrow column \`${field.name}\` that column \`${column.name}\` of table ` +
    `\`${place.table}\` (${typeText(column)}) cannot hold: ${reason}${value === undefined ? "" : ` (${String(value).slice(0, 60)})`}. ` +
    (advice ??
      `Cast the Arrow column before, or declare another type with columns: { ${column.name}: { dataType: ... } } before the table is created.`);
  const dataTypes = [column.data_type, from.data_type] as const;
  return new TypeConflictError(problem, { schemaName: place.schema.name, table: place.table, column: column.name, dataTypes });
}

function typeText({ data_type, precision, scale }: Omit<JobColumn, "name">): string {
  const numbers = [precision, scale].filter((number) => number !== undefined);
  return numbers.length === 0 ? data_type : `${data_type}(${numbers.join(", ")})`;
}

function behindRows({ resource, table }: ArrowPlace): string {
  return (
    `Resource \`${resource}\` gives an Arrow table for table \`${table}\`, of which an earlier package has rows that are not normalized yet: the types of its columns are not settled. ` +
    "Load these first, give the Arrow tables a table of their own, or yield them before the rows."
  );
}
