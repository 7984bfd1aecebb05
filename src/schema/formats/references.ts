import type { ColumnSchema, SchemaDocument, TableSchema } from "../document.ts";
import { isComplete, rootTable } from "../table.ts";

/** A link from columns of one table to columns of another, with as many members. */
export interface Reference {
  readonly table: string;
  readonly columns: readonly string[];
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  /** `parent` and `root`: of a nested table; `load`: of a row to its load; `declared`: by the user. */
  readonly kind: "parent" | "root" | "load" | "declared";
}

/** The tables that can be shown: those with columns that have a type. System tables come last. */
export function shownTables(schema: SchemaDocument): readonly TableSchema[] {
  const shown = Object.values(schema.tables).filter((table) => shownColumns(table).length > 0);
  const isSystem = (table: TableSchema): boolean => table.name.startsWith("_dlt");
  return [...shown.filter((table) => !isSystem(table)), ...shown.filter(isSystem)];
}

export function shownColumns(table: TableSchema): readonly ColumnSchema[] {
  return Object.values(table.columns).filter(isComplete);
}

/** How the tables belong together: nested tables to parent and root, rows to their load, and what users declared. Links to what is not shown are left out. */
export function referencesOf(schema: SchemaDocument): readonly Reference[] {
  const columns = new Map(shownTables(schema).map((table) => [table.name, new Set(shownColumns(table).map((column) => column.name))]));
  const has = (table: string, names: readonly string[]): boolean =>
    names.length > 0 && names.every((name) => columns.get(table)?.has(name) === true);
  return shownTables(schema)
    .flatMap((table) => [...nestedLinks(schema, table), ...loadLink(schema, table), ...declaredLinks(table)])
    .filter((link) => has(link.table, link.columns) && has(link.referencedTable, link.referencedColumns));
}

function nestedLinks(schema: SchemaDocument, table: TableSchema): Reference[] {
  if (table.parent === undefined) return [];
  const root = rootTable(schema, table.name);
  const targets = [
    { kind: "parent", column: withHint(table, "parent_key"), target: schema.tables[table.parent] },
    { kind: "root", column: withHint(table, "root_key"), target: root },
  ] as const;
  return targets.flatMap(({ kind, column, target }) => {
    const key = target === undefined ? undefined : withHint(target, "row_key");
    if (target === undefined || column === undefined || key === undefined) return [];
    return [{ kind, table: table.name, columns: [column], referencedTable: target.name, referencedColumns: [key] }];
  });
}

function loadLink(schema: SchemaDocument, table: TableSchema): Reference[] {
  if (table.parent !== undefined || table.name === "_dlt_loads") return [];
  const target = { referencedTable: "_dlt_loads", referencedColumns: ["load_id"] };
  return Object.hasOwn(schema.tables, "_dlt_loads") ? [{ kind: "load", table: table.name, columns: ["_dlt_load_id"], ...target }] : [];
}

function declaredLinks(table: TableSchema): Reference[] {
  const declared = (table["references"] ?? []) as readonly {
    readonly columns: readonly string[];
    readonly referenced_table: string;
    readonly referenced_columns: readonly string[];
  }[];
  return declared.map(({ columns, referenced_table: referencedTable, referenced_columns: referencedColumns }) => ({
    kind: "declared",
    table: table.name,
    columns,
    referencedTable,
    referencedColumns,
  }));
}

function withHint(table: TableSchema, hint: string): string | undefined {
  return shownColumns(table).find((column) => column[hint] === true)?.name;
}
