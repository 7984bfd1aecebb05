import { type FeatureRows, partly, shown } from "./feature-row.ts";

const otherIssue = "needs files as a staging area of databases, which is an issue of its own";

/** Sections 5 and 8: schema, normalizing, files. */
export const schemaRows: FeatureRows = {
  "inference of types": shown(
    ["src/schema/place-cell.test.ts", "covers every pair of column type and value", "names no difference that the fixture does not have"],
    ["e2e/schema-evolution.test.ts", "every type of value gets its column type"],
  ),
  "exact numbers": shown(
    ["e2e/raw-json.test.ts", "exact numbers: integers and decimals of a JSON text keep all digits"],
    ["e2e/arrow.test.ts", "a table goes in with exact values and exact nulls"],
    ["servers/postgres/values.test.ts", "a value is read exactly"],
  ),
  detections: shown(
    ["e2e/detections.test.ts", "%s is on when the schema names it, and else off"],
    ["src/schema/detections.test.ts", "%s sees what dlt's sees, in all values of the fixture"],
  ),
  "columns without a value": shown(["e2e/normalize-warnings.test.ts", "are named once per table and run, and come with their first value"]),
  evolution: shown(
    ["e2e/schema-evolution.test.ts", "a new field adds a column, and the run tells", "one schema has one version per change"],
    ["e2e/trace.test.ts", "a trace gives tables of its steps, packages, jobs and row counts"],
  ),
  "variant columns": shown(
    ["e2e/schema-evolution.test.ts", "a value that does not fit its column gets a variant column"],
    ["interop/same-tables.test.ts", "the same pipelines give the tables that dlt makes, on %s"],
  ),
  "nested tables": shown(
    ["interop/webhooks.test.ts", "recorded GitHub webhooks are loaded as dlt loads them"],
    ["src/normalize/flatten.property.test.ts", "joining the rows on their ids gives the document back"],
  ),
  "row ids of keys and content": shown(
    ["src/normalize/keys.test.ts", "are dlt's for a key of %s"],
    ["src/core/digest.test.ts", "the id of row $list_idx of $table"],
  ),
  "depth of nesting by source, resource, setting": shown(
    ["e2e/feature-schema.test.ts", "of %i makes so many levels of nested tables"],
    ["e2e/feature-extract.test.ts", "maxTableNesting holds for each of its resources"],
    ["e2e/table-nesting.test.ts", "a resource wins over its source, the source over config"],
  ),
  "hints of nested tables": shown(
    ["e2e/merge.test.ts", "a nested table with a key of its own is merged by it"],
    ["e2e/materialize.test.ts", "creates nested tables that nestedHints give columns, tied to their parents"],
  ),
  "hints of columns": shown([
    "e2e/hints.test.ts",
    "each column hint is in the stored schema, and in the table",
    "unique is a constraint where the destination creates indexes",
  ]),
  "hints of tables": shown(
    ["interop/schema-files.test.ts", "what leat exports is read by dlt: same hash, same version"],
    ["src/schema/hints.test.ts", "make the tables on the way, parents first"],
  ),
  "settings of a schema": shown(
    ["e2e/schema-files.test.ts", "settings of a schema file take effect"],
    ["interop/schema-files.test.ts", "what dlt exports and writes for import is read by leat"],
  ),
  "version, hash, import and export": shown(
    [
      "interop/schema-files.test.ts",
      "what leat exports is read by dlt: same hash, same version",
      "both take the same thing from a file that was edited",
    ],
    ["e2e/schema-files.test.ts", "a changed file takes the place of the stored schema"],
  ),
  "types of the loaded tables": shown(
    ["src/schema/formats/format-schema.test.ts", "the typescript form compiles, and its columns are what they say"],
    ["e2e/generated-types.test.ts", "have the types that are generated for them", "pass the zod schemas that are generated for them"],
    ["cli/types.test.ts", "a program that uses them compiles, and its values are what they say"],
  ),
  contracts: shown(
    ["e2e/contracts.test.ts", "the cases that dlt recorded"],
    ["interop/contracts.test.ts", "contracts keep out what dlt keeps out"],
  ),
  "what a frozen contract tells": shown([
    "e2e/contracts.test.ts",
    "names the column, the value, the row and what to do",
    "names both types of a value that does not fit",
  ]),
  "row schemas": shown(
    ["e2e/row-schema.test.ts", "a row schema of %s", "evolve takes a row that does not fit as it came"],
    ["interop/row-schema.test.ts", "a row schema does what a model of pydantic does in dlt"],
  ),
  "naming conventions": shown(
    ["src/schema/naming/naming-convention.test.ts", "names everything as dlt does, max length %s"],
    [
      "e2e/naming.test.ts",
      "names tables, nested tables and columns, in this run and the next",
      "config names the convention of new schemas",
    ],
  ),
  "names that are too long, names that meet": shown(
    ["src/schema/naming/shorten.test.ts", "tags $input"],
    ["src/schema/naming/naming-convention.test.ts", "names everything as dlt does, max length %s"],
    ["e2e/normalize-warnings.test.ts", "two keys of one column are named, and the later value is kept"],
  ),
  "buffers, rotation, gzip": shown(
    ["e2e/file-formats.test.ts", "`file_max_items` ends job files", "job files of text are packed where"],
    ["interop/files.test.ts", "as many files as in dlt"],
  ),
  "normalizing in threads": partly(
    "how much faster is measured by hand: no test measures time",
    ["e2e/normalize-workers.test.ts", "make the package that one makes, to the byte"],
    [
      "src/normalize/normalize-in-threads.property.test.ts",
      "two and three threads make the files, names, schema and findings that one makes",
    ],
  ),
  "flat, typed input is written once": shown(["e2e/arrow.test.ts", "rows go to job files at once: no row object is asked of the table"]),
  "from a row to its load": shown(["e2e/feature-schema.test.ts", "each row leads to its load"]),

  "staging dataset: nothing is seen before it is merged": shown(
    ["servers/postgres/postgres.test.ts", "is seen by others whole or not at all"],
    ["src/destinations/duckdb/duckdb.test.ts", "leaves no staging table behind"],
    ["e2e/merge.test.ts", "a merge that fails leaves the old rows, of all tables of its package"],
  ),
  "staging storage is kept apart per pipeline": partly(
    otherIssue,
    ["src/testing/conformance/commit-cases.ts", "commit > two pipelines load into one dataset at the same moment"],
    ["e2e/filesystem-writers.test.ts", "that load at once lose no file, whatever one of them replaces"],
  ),
  jsonl: shown(
    ["e2e/file-formats.test.ts", "awkward values are the same in every format"],
    ["interop/files.test.ts", "jsonl is read line by line"],
  ),
  insert_values: shown(
    ["e2e/feature-formats.test.ts", "a statement of insert_values is no larger than a megabyte"],
    ["interop/pending-packages.test.ts", "normalized by leat as %s, it is loaded by dlt"],
  ),
  csv: shown(
    ["src/formats/csv/csv-jobs.test.ts", "is read back by DuckDB as it was written"],
    ["e2e/csv-settings.test.ts", "any text comes back, however the files are written", "the files look as the settings say"],
    ["e2e/filesystem-csv.test.ts", "CSV files of a folder are read back as they were written,"],
    ["interop/file-formats.test.ts", "dlt reads what leat wrote as %s"],
  ),
  parquet: shown(
    ["interop/files.test.ts", "parquet has the types of dlt's file"],
    ["src/formats/parquet/read-by-duckdb.test.ts", "reads $duckdbType"],
    ["e2e/parquet-settings.test.ts", "rows come back the same", "a timestamp that milliseconds cannot hold is refused"],
  ),
  "typed-jsonl": shown(["interop/pending-packages.test.ts", "extracted by leat, its typed-jsonl files are normalized and loaded by dlt"]),
  "which format counts": shown(["e2e/file-formats.test.ts", "the format of a table wins over that of the run"]),
  "gzip of files": shown(
    ["e2e/file-formats.test.ts", "job files of text are packed where `disable_compression` is false"],
    ["e2e/filesystem.test.ts", "are those that dlt would write", "are not packed where the config says so"],
  ),
  "layouts of file names": shown(
    ["src/destinations/filesystem/layout/layout.test.ts", "by $layout of $job_file is $output", "$layout, as dlt does"],
    ["e2e/filesystem.test.ts", "names the files, and tells a nested table from the one it is in"],
    ["src/destinations/filesystem/dataset-files.test.ts", "the files of a table are found, and those of no other, by the layout"],
  ),
};
