import { encodeJson } from "../core/json-encode.ts";
import { decodeTyped } from "../core/json-typed.ts";
import type { DataType } from "./data-type.ts";
import type { SchemaDocument } from "./document.ts";
import { ContractViolationError } from "./errors.ts";

/** The row that broke a contract. */
interface ContractCase {
  readonly schema: SchemaDocument;
  readonly table: string;
  /** The table above, of one that the schema does not have. */
  readonly parent?: string | undefined;
  /** Default the one that the schema names. */
  readonly resource?: string | undefined;
  readonly rowIndex: number;
}

/** Frozen `tables`. */
export function newTableRefused(about: ContractCase & { readonly row?: unknown }): ContractViolationError {
  return violation(about, { part: "tables", value: decodeTyped(about.row), change: "to be created" });
}

/** Frozen `columns`. */
export function newColumnRefused(about: ContractCase & { readonly column: string; readonly value: unknown }): ContractViolationError {
  const { column } = about;
  const value = decodeTyped(about.value);
  return violation(about, { part: "columns", column, value, change: `new column \`${column}\` with the value ${shown(value)}` });
}

/** Frozen `dataType`, and a value of another type than its column has. */
export function otherTypeRefused(
  about: ContractCase & { readonly column: string; readonly value: unknown; readonly dataTypes: readonly [DataType, DataType] },
): ContractViolationError {
  const { column, dataTypes } = about;
  const value = decodeTyped(about.value);
  const change = `a ${dataTypes[1]} for column \`${column}\`, which is ${dataTypes[0]}: the value ${shown(value)}`;
  return violation(about, { part: "dataType", column, value, change });
}

/** A change that the code declares. */
export function declarationRefused(
  about: ContractCase & { readonly column: string; readonly part: "columns" | "dataType"; readonly change: string },
): ContractViolationError {
  return violation(about, { ...about, value: undefined });
}

/** `discard_value` cannot leave a column empty that must not be. */
export function requiredValueRefused(
  about: ContractCase & { readonly column: string; readonly value: unknown; readonly dataTypes: readonly [DataType, DataType] },
): ContractViolationError {
  const { schema, table, column, rowIndex, dataTypes } = about;
  const value = decodeTyped(about.value);
  return new ContractViolationError({
    schemaName: schema.name,
    table,
    column,
    value,
    rowIndex,
    change: `a ${dataTypes[1]} for column \`${column}\`, which is ${dataTypes[0]} and not nullable: without the value ${shown(value)}, which its contract discards, the column would be empty`,
    advice: `Give all rows a value of one type with .map(), discard such rows with schemaContract: { dataType: "discard_row" }, or declare columns: { ${column}: { nullable: true } }.`,
  });
}

function violation(
  { schema, table, parent, resource, rowIndex }: ContractCase,
  {
    part,
    column,
    value,
    change,
  }: { readonly part: "tables" | "columns" | "dataType"; readonly column?: string; readonly value: unknown; readonly change: string },
): ContractViolationError {
  return new ContractViolationError({
    schemaName: schema.name,
    table,
    ...(column === undefined ? {} : { column }),
    value,
    rowIndex,
    change: `${change}: its contract is \`freeze\``,
    advice: `Allow it with schemaContract: { ${part}: "evolve" }${place(schema, table, parent, resource)}.`,
  });
}

/** Where the contract that counts can be changed. */
function place(schema: SchemaDocument, name: string, above: string | undefined, given: string | undefined): string {
  const table = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
  const parent = table === undefined ? above : table.parent;
  const ownsContract = table !== undefined && "schema_contract" in table;
  const resource = given ?? resourceOf(schema, name, above);
  if (parent !== undefined && ownsContract) return ` in the nestedHints of resource \`${resource}\``;
  return ` of resource \`${resource}\`, or of the run`;
}

function resourceOf(schema: SchemaDocument, name: string, above: string | undefined): string {
  const table = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
  const parent = table === undefined ? above : table.parent;
  return parent === undefined ? (table?.resource ?? name) : resourceOf(schema, parent, undefined);
}

/** Enough of a value to find it. */
function shown(value: unknown): string {
  const text = encodeJson(value);
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`;
}

const maxShown = 60;
