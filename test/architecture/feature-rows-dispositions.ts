import { type FeatureRows, partly, shown } from "./feature-row.ts";

/** Section 6: write dispositions and merge strategies. */
export const dispositionRows: FeatureRows = {
  "append, replace, merge, skip": shown(
    ["interop/same-tables.test.ts", "the same pipelines give the tables that dlt makes, on %s"],
    ["e2e/merge-vectors.test.ts", "tables after each batch, and how the table is stored, are as with dlt"],
    ["e2e/write-dispositions.test.ts", "append adds the rows of each run", "keeps only the rows of the last run"],
    ["e2e/materialize.test.ts", "reads rows, keeps their state, feeds transformers, and loads nothing"],
  ),
  "replace strategies": shown(
    ["interop/pipelines/dispositions.ts", "replace by "],
    ["e2e/replace-strategies.test.ts", "as with dlt: $strategy, by the setting", "the same by the resource: $strategy"],
    ["servers/replace-readers.test.ts", "who reads while a table is replaced by %s sees the rows of one load, whole"],
  ),
  "replace with no rows": shown([
    "e2e/write-dispositions.test.ts",
    "empties nested tables, also when no row is nested any more",
    "empties the tables of a resource that has no rows",
    "empties every table that a resource has made",
  ]),
  "delete-insert": shown(
    ["interop/pipelines/merging.ts", "delete-insert with a flag for deletion", "delete-insert by merge key and primary key"],
    ["src/destination-kit/sql/merge-delete-insert.test.ts", "by a primary key of two columns and a merge key: one DELETE for each key"],
  ),
  upsert: shown(
    ["e2e/merge-strategies.test.ts", "keeps the ids of rows, and of nested rows that are still there"],
    ["e2e/merge-model.test.ts", "upsert"],
    ["interop/pipelines/merging.ts", "upsert with a flag for deletion, with nested rows"],
  ),
  "insert-only": shown(
    ["e2e/merge-strategies.test.ts", "insert-only leaves rows that are there as they are"],
    ["e2e/merge-model.test.ts", "insert-only"],
    ["interop/pipelines/merging.ts", "insert-only with a flag for deletion, with nested rows"],
  ),
  scd2: shown(
    ["e2e/merge-model.test.ts", "scd2, where a row that is absent has ended", "scd2 with a merge key, where a row that is absent goes on"],
    [
      "interop/pipelines/merging.ts",
      "the history of three runs by scd2",
      "a history by scd2 with a merge key",
      "a history by scd2 of rows that bring",
    ],
  ),
  cdc: partly("it is refused: a later release", ["e2e/unsupported.test.ts", "strategy cdc"]),
  hard_delete: shown(["interop/pipelines/merging.ts", "delete-insert with a flag for deletion and an order of duplicates"]),
  "dedup_sort, deduplicated": shown([
    "src/destination-kit/sql/merge-delete-insert.test.ts",
    "with dedup_sort %s: of the rows with one key the first in that order wins",
    "with rows that are deduplicated already: nobody looks for duplicates",
  ]),
  "given per resource, run, config": shown(
    ["e2e/merge-strategies.test.ts", "the run counts before the resource, and what both leave out stays as it is stored"],
    ["e2e/replace-strategies.test.ts", "the same by the resource: $strategy"],
  ),
  "two DELETEs instead of OR": shown([
    "src/destination-kit/sql/merge-delete-insert.test.ts",
    "by a primary key of two columns and a merge key: one DELETE for each key",
  ]),
  "staging datasets": shown(
    ["e2e/replace-strategies.test.ts", "is not there without the setting", "may have a name of its own"],
    ["servers/eight-mergers.test.ts", "eight pipelines that merge into the same tables at once by way of %s leave exactly the rows"],
  ),
  "staging tables are cleaned": shown([
    "e2e/replace-strategies.test.ts",
    "keeps the rows of the last package, as with dlt, unless they are to go",
  ]),
  "one transaction for all tables": shown(
    ["crash/crash-points.test.ts", "leaves what the next run finishes with exactly the rows"],
    ["servers/crash-postgres.test.ts", "leaves what the next run finishes with exactly the rows, state and data in step"],
  ),
};
