import type { SchemaDocument, TableSchema } from "../document.ts";
import { isSystemTable } from "../system-tables.ts";
import { shownColumns, shownTables } from "./references.ts";
import { type TypedColumn, typedColumn } from "./row-type.ts";

/** A table in generated TypeScript. */
export interface TypedTable {
  readonly name: string;
  readonly columns: readonly TypedColumn[];
  readonly about: string | undefined;
}

/** The tables of all schemas of one dataset, in alphabetical order. Several schemas may have one table: it is one in the dataset, too. */
export function mergeTypedTables(schemas: readonly SchemaDocument[]): readonly TypedTable[] {
  return byName(schemas.flatMap(shownTables)).map(merged).sort(ownFirst);
}

function merged(tables: readonly TableSchema[]): TypedTable {
  const { name } = tables[0]!;
  const columns = byName(tables.flatMap(shownColumns).map(typedColumn)).map((all) =>
    mergedColumn(all, !isSystemTable(name) && all.length < tables.length),
  );
  return { name, columns: columns.sort(ownFirst), about: firstText(tables.map((table) => table["description"])) };
}

/** Rows that were loaded with a schema that lacks the column have no value in it. */
function mergedColumn(columns: readonly TypedColumn[], isMissingSomewhere: boolean): TypedColumn {
  return {
    name: columns[0]!.name,
    types: [...new Set(columns.flatMap(({ types }) => types))].sort(),
    isNullable: isMissingSomewhere || columns.some(({ isNullable }) => isNullable),
    about: firstText(columns.map(({ about }) => about)),
  };
}

function firstText(texts: readonly unknown[]): string | undefined {
  return texts.find((text) => typeof text === "string" && text !== "") as string | undefined;
}

function byName<T extends { readonly name: string }>(all: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(one.name);
    if (group === undefined) groups.set(one.name, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

function ownFirst(a: { readonly name: string }, b: { readonly name: string }): number {
  return Number(isSystemTable(a.name)) - Number(isSystemTable(b.name)) || (a.name < b.name ? -1 : 1);
}
