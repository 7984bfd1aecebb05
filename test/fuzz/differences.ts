import type { SchemaDocument } from "../../src/index.ts";
import type { ExpectedRow } from "./expected-rows.ts";
import type { LoadedRow } from "./loaded-rows.ts";
import type { Json } from "./random-documents.ts";
import { holdsValue } from "./same-value.ts";

/** What is wrong with the tables, in words; empty when the documents can be put together again from them. */
export function differences(expected: readonly ExpectedRow[], loaded: readonly LoadedRow[], schema: SchemaDocument): string[] {
  const found = groupByPlace(loaded);
  const problems: string[] = [];
  for (const [place, rows] of groupByPlace(expected)) {
    const candidates = found.get(place) ?? [];
    found.delete(place);
    if (rows.some((row) => row.isContested)) {
      for (const each of candidates)
        if (!rows.some((row) => rowProblems(row, each, schema).length === 0)) problems.push(...rowProblems(rows[0]!, each, schema));
      if (candidates.length === 0 && place.endsWith("#0") && rows.length > 1 && !rows.some((row) => row.mayBeGone))
        problems.push(`${place}: of two lists none was loaded`);
      continue;
    }
    if (candidates.length !== rows.length) problems.push(`${place}: ${rows.length} rows expected, ${candidates.length} loaded`);
    // Several at one place: lists under keys that collide. Each must be found once.
    const left = [...candidates];
    for (const row of rows) {
      const problemsOf = left.map((candidate) => rowProblems(row, candidate, schema));
      const match = problemsOf.findIndex((each) => each.length === 0);
      if (match >= 0) left.splice(match, 1);
      else problems.push(...(problemsOf[0] ?? []));
    }
  }
  for (const place of found.keys()) problems.push(`${place}: is in no document`);
  return problems;
}

function rowProblems(expected: ExpectedRow, loaded: LoadedRow, schema: SchemaDocument): string[] {
  const problems: string[] = [];
  const unexplained = new Set(loaded.cells.keys());
  for (const [column, values] of expected.cells) {
    const holders = [...loaded.cells].filter(([name, cell]) => isPlaceFor(column, name) && holds(name, cell, values));
    for (const [name] of holders) unexplained.delete(name);
    if (holders.length === 0 && !values.includes(null)) problems.push(`${expected.place}: ${column} should be ${shown(values)}`);
  }
  for (const name of unexplained) problems.push(`${expected.place}: ${name} is ${shown(loaded.cells.get(name))}, which no document has`);
  return problems.map((problem) => `${problem}; loaded: ${shown([...loaded.cells])}`);

  function holds(name: string, cell: unknown, values: readonly Json[]): boolean {
    const dataType = schema.tables[loaded.table]?.columns[name]?.data_type;
    return dataType !== undefined && values.some((value) => holdsValue(cell, dataType, value));
  }
}

/** The column itself, or one beside it for values of another type. */
function isPlaceFor(column: string, name: string): boolean {
  return name === column || name.startsWith(`${column}__v_`);
}

function groupByPlace<Row extends { readonly place: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.place);
    if (group === undefined) groups.set(row.place, [row]);
    else group.push(row);
  }
  return groups;
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}n` : each));
}
