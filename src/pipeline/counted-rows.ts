import { LeatError } from "../core/errors.ts";
import type { OpenedPipeline } from "./pipeline-type.ts";

/** Rows of a table as far as they were counted; undefined when the table is not there. */
export interface CountedRows {
  readonly table: string;
  readonly rows: number | undefined;
  /** There are more than that. */
  readonly isMore: boolean;
}

/** Counting a large table takes long on some databases. */
const mostCounted = 1_000_000;

/** For people who decide about tables of a schema: exact up to a million rows. */
export async function countRows(pipeline: OpenedPipeline, schemaName: string, tables: readonly string[]): Promise<CountedRows[]> {
  await using client = pipeline.sqlClientOf(schemaName);
  const counted: CountedRows[] = [];
  for (const table of tables) {
    const name = `"${table.replaceAll('"', '""')}"`;
    try {
      const [row] = await client.query<{ rows: number }>(
        `SELECT count(*) AS rows FROM (SELECT 1 FROM ${name} LIMIT ${mostCounted + 1}) AS t`,
      );
      const rows = Number(row?.rows ?? 0);
      counted.push({ table, rows: Math.min(rows, mostCounted), isMore: rows > mostCounted });
    } catch (error) {
      if (!LeatError.is(error) || error.code !== "undefined-relation") throw error;
      counted.push({ table, rows: undefined, isMore: false });
    }
  }
  return counted;
}
