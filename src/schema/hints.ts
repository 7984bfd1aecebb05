import { ConfigError } from "../core/errors.ts";
import { dataTypes } from "./data-type.ts";
import type { ColumnSchema, Columns } from "./document.ts";
import { countOf, given, oneOf } from "./given.ts";
import {
  type ColumnHints,
  type ContractMode,
  contractModes,
  fileFormats,
  type OneOrMore,
  type SchemaContract,
  type StoredContract,
  type TableHints,
  type TableReference,
  tableFormats,
} from "./hint-options.ts";
import type { NamingConvention } from "./naming/naming-convention.ts";
import type { TableUpdate } from "./update.ts";
import { dispositionColumns, dispositionHints } from "./write-disposition-hints.ts";

/** What of a naming convention hints need. */
export type HintNaming = Pick<NamingConvention, "normalizePath" | "normalizeTablesPath" | "makePath" | "shortenFragments">;

/** The hints of a resource as they are stored: only what is given, under dlt's keys, with names as the naming convention has them. */
export function tableHints(hints: TableHints, naming: HintNaming): TableUpdate {
  return given({
    columns: columnsOf(hints, naming),
    ...dispositionHints(hints.writeDisposition),
    description: hints.description,
    schema_contract: hints.schemaContract && storedContract(hints.schemaContract),
    table_format: oneOf("tableFormat", hints.tableFormat, tableFormats),
    file_format: oneOf("fileFormat", hints.fileFormat, fileFormats),
    references: hints.references?.map((reference) => storedReference(reference, naming)),
    "x-normalizer": hints.maxTableNesting === undefined ? undefined : { max_nesting: countOf("maxTableNesting", hints.maxTableNesting) },
    ...customHints(hints),
  });
}

/** A contract as it is stored. Throws ConfigError for an unknown mode or part. */
export function storedContract(contract: SchemaContract): StoredContract {
  if (typeof contract === "string") return oneOf("schemaContract", contract, contractModes);
  const { tables, columns, dataType, ...unknown } = contract as SchemaContract & object & Record<string, unknown>;
  const [part] = Object.keys(unknown);
  if (part !== undefined)
    throw new ConfigError(`\`schemaContract\` has no part \`${part}\`. It has \`tables\`, \`columns\` and \`dataType\`.`);
  return given({
    tables: oneOf("schemaContract.tables", tables as ContractMode | undefined, contractModes),
    columns: oneOf("schemaContract.columns", columns as ContractMode | undefined, contractModes),
    data_type: oneOf("schemaContract.dataType", dataType as ContractMode | undefined, contractModes),
  });
}

/** The column of a cursor, marked as such. Only a plain name is a column; a path into nested values makes none. */
export function cursorColumn(cursorPath: string, naming: HintNaming): Columns {
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(cursorPath)) return {};
  const name = naming.normalizePath(cursorPath);
  return { [name]: { name, incremental: true } };
}

/** Columns in the order dlt stores them: declared ones, then keys, then those of the merge strategy. */
function columnsOf(hints: TableHints, naming: HintNaming): Columns {
  const columns = new Map<string, ColumnSchema>();
  for (const [raw, column] of Object.entries(hints.columns ?? {})) add(columns, naming.normalizePath(raw), columnHints(raw, column ?? {}));
  for (const raw of list(hints.primaryKey)) add(columns, naming.normalizePath(raw), { primary_key: true });
  for (const raw of list(hints.mergeKey)) add(columns, naming.normalizePath(raw), { merge_key: true });
  for (const [name, column] of columns) if (isKey(column)) columns.set(name, { ...column, nullable: column.nullable ?? false });
  for (const [raw, column] of dispositionColumns(hints.writeDisposition)) {
    const name = naming.normalizePath(raw);
    columns.set(name, { ...column, name });
  }
  return Object.fromEntries(columns);
}

function list(names: OneOrMore<string> | undefined): readonly string[] {
  if (names === undefined || names === "") return [];
  return typeof names === "string" ? [names] : names;
}

function add(columns: Map<string, ColumnSchema>, name: string, hints: object): void {
  columns.set(name, { ...columns.get(name), ...hints, name });
}

function isKey(column: ColumnSchema): boolean {
  return column["primary_key"] === true || column["merge_key"] === true;
}

const columnKeys: Readonly<Record<Exclude<keyof ColumnHints, `x-${string}`>, string>> = {
  dataType: "data_type",
  nullable: "nullable",
  precision: "precision",
  scale: "scale",
  timezone: "timezone",
  description: "description",
  primaryKey: "primary_key",
  mergeKey: "merge_key",
  unique: "unique",
  sort: "sort",
  partition: "partition",
  cluster: "cluster",
  rowKey: "row_key",
  parentKey: "parent_key",
  rootKey: "root_key",
  hardDelete: "hard_delete",
  dedupSort: "dedup_sort",
};

function columnHints(column: string, hints: ColumnHints): object {
  oneOf(`columns.${column}.dataType`, hints.dataType, dataTypes);
  return Object.fromEntries(Object.entries(given(hints)).map(([hint, value]) => [storedColumnKey(column, hint), value]));
}

function storedColumnKey(column: string, hint: string): string {
  if (hint.startsWith("x-")) return hint;
  if (Object.hasOwn(columnKeys, hint)) return columnKeys[hint as keyof typeof columnKeys];
  const known = Object.keys(columnKeys).map((key) => `\`${key}\``);
  throw new ConfigError(
    `Column \`${column}\` has an unknown hint \`${hint}\`. Known are ${known.join(", ")}, and hints of your own that begin with \`x-\`.`,
  );
}

function storedReference(reference: TableReference, naming: HintNaming): object {
  return {
    referenced_table: naming.normalizeTablesPath(reference.referencedTable),
    columns: reference.columns.map((column) => naming.normalizePath(column)),
    referenced_columns: reference.referencedColumns.map((column) => naming.normalizePath(column)),
  };
}

function customHints(hints: TableHints): object {
  return Object.fromEntries(Object.entries(hints).filter(([hint]) => hint.startsWith("x-")));
}
