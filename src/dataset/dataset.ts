import type { Relation } from "./relation.ts";
import type { Loose, ReadRow, TableName, TableRow } from "./tables.ts";

/** Loaded data. Integers are numbers; one beyond 2^53 throws InexactIntegerError unless `integers: "bigint"`. */
export interface Dataset<D extends string = string, Int = number> {
  /** As the pipeline has it in `datasetName`. */
  readonly name: D;
  /** By its name in the destination. Opens nothing: the table is looked for when a query runs. */
  table<const T extends TableName<D>>(name: T): Relation<ReadRow<TableRow<D, T>, Int>, D, Int>;
  /** A query with parameters: sql`select * from users where id = ${id}`. A relation as parameter is its table. */
  sql<Row = Loose>(text: TemplateStringsArray, ...parameters: readonly unknown[]): Relation<Row, D, Int>;
  /** Of the tables that hold your data. */
  rowCounts(): Promise<{ readonly [table: string]: number }>;
  /** What was loaded completely, the oldest first. */
  loads(): Promise<readonly { readonly loadId: string; readonly schemaName: string; readonly insertedAt: Date }[]>;
}
