import { type FeatureRows, shown } from "./feature-row.ts";

/** Section 2: sources, resources, transformers, extract. */
export const sourceRows: FeatureRows = {
  "resource() of every form": shown(["e2e/row-forms.test.ts", "the same rows come from", "every form of rows loads into a table"]),
  "source(): resources together, settings": shown(
    ["e2e/sources.test.ts", "loads all its resources into one schema of its name"],
    ["e2e/source-config.test.ts", "the section of the pipeline before that of all", "the section that the source was declared with"],
    ["src/config/lookup.test.ts", "every place is looked at in dlt's order"],
  ),
  "resources made in a loop": shown(["e2e/feature-extract.test.ts", "resources that are made in a loop are a table each"]),
  transformers: shown([
    "e2e/transformers.test.ts",
    "is not loaded unless it is run itself",
    "runs once for two transformers and itself",
    "reads left to right with pipe",
  ]),
  "pages are the fast path": shown(
    ["e2e/row-forms.test.ts", "rows and pages load alike"],
    ["e2e/feature-extract.test.ts", "of 1000 rows cost less than a fifth of the promises of single rows"],
  ),
  "steps: map, filter, flatMap": shown(
    ["e2e/steps.test.ts", "steps run in the order in which they were added", "gives any number of rows for one"],
    ["interop/steps.test.ts", "steps in one order give what they give in dlt"],
  ),
  limit: shown(
    [
      "e2e/limit.test.ts",
      "takes so many items, and ends the generator",
      "counts rows instead of items with countRows",
      "stops when the time is over",
    ],
    ["e2e/sources.test.ts", "limit holds for every resource"],
  ),
  "parallel resources": shown(["e2e/concurrency.test.ts", "run at the same time", "are asked for an item no more than `workers` at once"]),
  "promises and thunks in flight": shown([
    "e2e/concurrency.test.ts",
    "are 20 at a time unless told otherwise",
    "promises that are yielded are awaited together",
  ]),
  "order of resources": shown(["e2e/concurrency.test.ts", "give one item in turn by default", "run one after the other in the order fifo"]),
  "back pressure": shown(
    ["e2e/bounded-memory.test.ts", "memory of extract and normalize does not grow with the rows"],
    ["e2e/concurrency.test.ts", "do not make a generator run far ahead"],
  ),
  "one item to many tables": shown([
    "e2e/table-of-a-row.test.ts",
    "tableName as a function splits rows over tables",
    "withTableName sends one item to another table",
    "withHints",
  ]),
  "hints at run time": shown(
    ["e2e/merge.test.ts", "a merge may bring columns and change the key"],
    ["e2e/hints.test.ts", "applyHints merges columns and nested tables: what is not named stays"],
  ),
  "a copy under another name": shown(
    ["e2e/steps.test.ts", "is another table and another state slot"],
    ["e2e/sources.test.ts", "withName is another schema and another state"],
  ),
  "selection of resources": shown(["e2e/sources.test.ts", "withResources runs only those", "leaves a resource out until it is asked for"]),
  "empty tables": shown(["e2e/materialize.test.ts", "creates the table of a resource that gives no rows"]),
  "Arrow tables": shown(
    [
      "e2e/arrow.test.ts",
      "rows go to job files at once: no row object is asked of the table",
      "a table goes in with exact values and exact nulls",
    ],
    ["interop/arrow.test.ts", "the same Arrow tables give the same tables, types and rows as through dlt"],
  ),
  "a resource without a pipeline": shown([
    "e2e/resource-alone.test.ts",
    "gives its rows one by one, after its steps",
    "has state that is thrown away",
  ]),
  "options of a source hold for its resources": shown([
    "e2e/feature-extract.test.ts",
    "maxTableNesting holds for each of its resources",
    "rootKey gives the nested tables of each the id of their root row",
    "schemaContract keeps new columns out of each",
    "parallel runs all of them at the same time",
  ]),
};
