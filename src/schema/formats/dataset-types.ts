import type { SchemaDocument, TableSchema } from "../document.ts";
import { mergeTypedTables, type TypedTable } from "./merge-typed-tables.ts";
import { shownTables } from "./references.ts";
import { docComment, importedTypes, propertyLines, propertyName } from "./row-type.ts";

/** A dataset, and the schemas with which pipelines load it. */
export interface DescribedDataset {
  readonly name: string;
  readonly schemas: readonly SchemaDocument[];
}

/**
 * A module that adds the tables of datasets to `interface Datasets`. All of it is in alphabetical order, own tables and columns before those of leat: equal schemas
 * give equal texts, whatever the order in which tables and columns came.
 */
export function datasetTypes(datasets: readonly DescribedDataset[], head: readonly string[]): string {
  const typed = datasets
    .map(({ name, schemas }) => ({ name, tables: mergeTypedTables(schemas) }))
    .filter(({ tables }) => tables.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const types = typed.flatMap(({ tables }) => tables.flatMap(({ columns }) => columns.flatMap((column) => column.types)));
  const imported = importedTypes(types);
  // Without an import or an export the file would not add to the module but declare it.
  const first = imported.length === 0 ? 'import type {} from "leat";' : `import type { ${imported.join(", ")} } from "leat";`;
  const body = typed.flatMap(({ name, tables }) => [`    ${propertyName(name)}: {`, ...tables.flatMap(tableLines), "    };"]);
  return [...head, first, "", 'declare module "leat" {', "  interface Datasets {", ...body, "  }", "}", ""].join("\n");
}

/** The names of the tables in the types of a dataset. */
export function typedTableNames(schemas: readonly SchemaDocument[]): readonly string[] {
  return [...new Set(schemas.flatMap((schema) => shownTables(schema).map((table: TableSchema) => table.name)))].sort();
}

function tableLines({ name, columns, about }: TypedTable): string[] {
  const lines = [`      ${propertyName(name)}: {`, ...columns.flatMap((column) => propertyLines(column, "        ")), "      };"];
  return about === undefined ? lines : [`      ${docComment(about)}`, ...lines];
}
