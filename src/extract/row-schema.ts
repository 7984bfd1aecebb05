import type { Columns, TableSchema } from "../schema/document.ts";
import type { ColumnHints, ResourceHints } from "../schema/hint-options.ts";
import type { HintNaming } from "../schema/hints.ts";
import { jsonSchemaColumns, type RowColumn, type TakesApart } from "../schema/json-schema-columns.ts";
import { isComplete } from "../schema/table.ts";
import type { ResourceDefinition } from "./definition.ts";
import { jsonSchemaOf } from "./json-schema-of.ts";
import { replaceResources } from "./replace-resources.ts";
import { validationMode } from "./row-validator.ts";

/**
 * The resources of a run with what their row schemas say about columns. `warn` gets a text for a schema that cannot tell, though it could be asked: its rows
 * are checked, and their columns inferred. Throws ConfigError for a contract that no row schema can keep.
 */
export function withRowColumns(resources: readonly ResourceDefinition[], warn: (message: string) => void): readonly ResourceDefinition[] {
  if (resources.every((resource) => resource.schema === undefined)) return resources;
  return replaceResources(resources, (resource) => {
    if (resource.schema === undefined) return resource;
    const mode = validationMode(resource.name, resource.hints.schemaContract);
    if (!resource.selected) return resource;
    const told = jsonSchemaOf(resource.schema);
    if (told === undefined) return resource;
    if ("document" in told) {
      const columns = jsonSchemaColumns(told.document, takesApart(resource.hints));
      return { ...resource, rowColumns: mode === "evolve" ? columns.map(asOptional) : columns };
    }
    const reason = told.problem instanceof Error ? told.problem.message : String(told.problem);
    warn(`The schema of resource \`${resource.name}\` gives no column hints, its columns are inferred: ${reason}`);
    return resource;
  });
}

/** Rows that do not fit go in as they came, and may lack a value. */
function asOptional({ path, hints }: RowColumn): RowColumn {
  return { path, hints: hints.nullable === false ? { ...hints, nullable: true } : hints };
}

/** Hints of a table with what the row schema says about columns that have no type yet; what the user says wins. */
export function hintedByRows<Hints extends ResourceHints>(
  hints: Hints,
  rowColumns: readonly RowColumn[] | undefined,
  table: TableSchema | undefined,
  naming: HintNaming,
): Hints {
  if (rowColumns === undefined) return hints;
  const stored: Columns = table?.columns ?? {};
  const given = new Map<string, ColumnHints>();
  for (const { path, hints: columnHints } of rowColumns) {
    const name = columnName(path, naming);
    // A type that a table has stays: its values are there.
    if (!Object.hasOwn(stored, name) || !isComplete(stored[name]!)) given.set(name, columnHints);
  }
  for (const [raw, columnHints] of Object.entries(hints.columns ?? {})) {
    const name = naming.normalizePath(raw);
    given.set(name, { ...given.get(name), ...columnHints });
  }
  return { ...hints, columns: Object.fromEntries(given) };
}

/** The names of the columns that a row schema says something about. */
export function rowColumnNames(rowColumns: readonly RowColumn[] | undefined, naming: HintNaming): ReadonlySet<string> {
  return new Set((rowColumns ?? []).map(({ path }) => columnName(path, naming)));
}

function columnName(path: RowColumn["path"], naming: HintNaming): string {
  return naming.normalizePath(path.length === 1 ? path[0]! : naming.makePath(...path));
}

/**
 * Nested values stay together as JSON (as in dlt), unless the user says how they are taken apart: all by `maxTableNesting`, some by `nestedHints`, or by
 * hints of a column inside.
 */
function takesApart({ maxTableNesting, nestedHints = {}, columns = {} }: ResourceHints): TakesApart {
  if (maxTableNesting !== undefined) return (path) => path.length <= maxTableNesting;
  const nested = Object.keys(nestedHints);
  const flat = Object.keys(columns);
  return (path) => {
    const [dotted, joined] = [path.join("."), `${path.join("__")}__`];
    return nested.some((each) => each === dotted || each.startsWith(`${dotted}.`)) || flat.some((each) => each.startsWith(joined));
  };
}
