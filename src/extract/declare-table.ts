import { type Contract, contractOf, evolveOnce, isEvolving, isNewTable } from "../schema/contract.ts";
import { declarationRefused, newTableRefused } from "../schema/contract-violations.ts";
import type { ColumnSchema, Columns, SchemaDocument, TableSchema } from "../schema/document.ts";
import type { ContractMode } from "../schema/hint-options.ts";
import { isComplete, normalizerHints } from "../schema/table.ts";
import { mergeTable, type TableUpdate } from "../schema/update.ts";

type Declared = TableUpdate & { readonly name: string };

/** The row that a table is declared for. */
interface DeclaredFor {
  readonly resource: string;
  /** Among the rows of the resource. */
  readonly rowIndex: number;
  /** Columns that come from a row schema: what it says is meant, whatever the contract is about data. */
  readonly ofRowSchema: ReadonlySet<string>;
  /** Hears, in words, of what a contract leaves as it is stored. */
  readonly onKept: (message: string) => void;
}

/** The tables of a resource: the first one, and those nested in it. `isDiscarded`: its contract keeps the first one out, with all its rows. */
export function declareTables(
  schema: SchemaDocument,
  [root, ...nested]: readonly [Declared, ...Declared[]],
  declaredFor: DeclaredFor,
): { readonly schema: SchemaDocument; readonly isDiscarded: boolean } {
  const declared = declareTable(schema, root, declaredFor);
  if (declared === undefined) return { schema, isDiscarded: true };
  const others = { ...declaredFor, ofRowSchema: new Set<string>() };
  // Of a nested table that is kept out the rows are discarded once they are found.
  return { schema: nested.reduce((changed, table) => declareTable(changed, table, others) ?? changed, declared), isDiscarded: false };
}

/** The schema with the table; undefined when its contract discards the rows of new tables. Throws ContractViolationError. */
function declareTable(schema: SchemaDocument, table: Declared, declaredFor: DeclaredFor): SchemaDocument | undefined {
  const contract = contractDeclared(schema, table);
  if (isEvolving(contract)) return mergeTable(schema, table);
  const isNew = isNewTable(schema, table.name);
  if (isNew && contract.tables !== "evolve") {
    if (contract.tables !== "freeze") return undefined;
    const { resource, rowIndex } = declaredFor;
    throw newTableRefused({ schema: withDeclared(schema, table), table: table.name, resource, rowIndex });
  }
  if (isNew) return mergeTable(schema, contract.columns === "evolve" ? table : evolvingOnce(table));
  return mergeTable(schema, allowed(schema, table, contract, declaredFor));
}

/** What the code says now counts, not what is stored of the table: whoever declares a column means it, unless the contract is declared there, too. */
function contractDeclared(schema: SchemaDocument, table: Declared): Contract {
  return contractOf(withDeclared(schema, table), table.name);
}

function withDeclared(schema: SchemaDocument, table: Declared): SchemaDocument {
  const { columns = {}, ...hints } = table;
  return { ...schema, tables: { ...schema.tables, [table.name]: { ...hints, columns } as TableSchema } };
}

/** All columns of its first package are part of the new table. */
function evolvingOnce(table: Declared): Declared {
  return { ...table, "x-normalizer": { ...normalizerHints(table), [evolveOnce]: true } };
}

/** The declaration without the changes of columns that the contract keeps out. */
function allowed(schema: SchemaDocument, table: Declared, contract: Contract, declaredFor: DeclaredFor): Declared {
  const stored = schema.tables[table.name]!;
  const columnMode = normalizerHints(stored)[evolveOnce] === true ? "evolve" : contract.columns;
  const columns: [string, ColumnSchema][] = [];
  for (const [name, column] of Object.entries(table.columns ?? {})) {
    const known = Object.hasOwn(stored.columns, name) ? stored.columns[name] : undefined;
    const isFree = name.startsWith("_dlt") || declaredFor.ofRowSchema.has(name);
    const change = isFree ? undefined : changeOf(name, column, known, { columnMode, typeMode: contract.data_type });
    if (change === undefined) columns.push([name, column]);
    else if (change.mode === "freeze") {
      const { resource, rowIndex } = declaredFor;
      throw declarationRefused({ ...change, schema: withDeclared(schema, table), table: table.name, resource, rowIndex, column: name });
    } else {
      declaredFor.onKept(
        `Resource \`${declaredFor.resource}\` declares ${change.change} of table \`${table.name}\`, which its contract (${change.part}: ${change.mode}) keeps as it is stored.`,
      );
    }
  }
  return { ...table, columns: Object.fromEntries(columns) as Columns };
}

interface Change {
  readonly part: "columns" | "dataType";
  readonly mode: ContractMode;
  readonly change: string;
}

function changeOf(
  name: string,
  column: ColumnSchema,
  known: ColumnSchema | undefined,
  { columnMode, typeMode }: { readonly columnMode: ContractMode; readonly typeMode: ContractMode },
): Change | undefined {
  if (known === undefined || !isComplete(known)) {
    const isKnown = known !== undefined && Object.entries(column).every(([hint, value]) => known[hint] === value);
    if (isKnown || columnMode === "evolve") return undefined;
    return { part: "columns", mode: columnMode, change: `new column \`${name}\`` };
  }
  if (typeMode === "evolve") return undefined;
  const changed = Object.entries(typeHints).filter(([hint, missing]) => hint in column && column[hint] !== (known[hint] ?? missing));
  if (changed.length === 0) return undefined;
  const words = changed.map(([hint, missing]) => `${hint} ${String(column[hint])} in place of ${String(known[hint] ?? missing ?? "none")}`);
  return { part: "dataType", mode: typeMode, change: `column \`${name}\` with ${words.join(", ")}` };
}

/** What counts as the type of a column, and what it means when it is not stored. */
const typeHints: { readonly [hint: string]: unknown } = {
  data_type: undefined,
  nullable: true,
  precision: undefined,
  scale: undefined,
  timezone: true,
};
