import { LeatError } from "../core/errors.ts";
import type { SqlClient } from "../dataset/sql-client.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import { completeColumns } from "../schema/table.ts";
import type { OpenedPipeline } from "./pipeline-type.ts";

/** What the destination has of a package. */
export interface StoredPackageRows {
  /** When it was committed; null: it has no load record. */
  readonly loadedAt: Date | null;
  /** Rows that are there now, by table; those that later loads replaced are gone. Tables without any are left out. */
  readonly rowCounts: { readonly [table: string]: number };
}

/** Counts the rows of one load in the destination, also of a package that is not kept here any more. */
export async function storedPackageRows(pipeline: OpenedPipeline, loadId: string): Promise<StoredPackageRows> {
  const rowCounts: Record<string, number> = {};
  const schemas = Object.values(pipeline.schemas);
  let loadedAt: Date | null = null;
  for (const datasetName of new Set([pipeline.datasetName, ...schemas.map(({ name }) => pipeline.datasetOf(name))])) {
    const inDataset = schemas.filter(({ name }) => pipeline.datasetOf(name) === datasetName);
    await using client = inDataset[0] === undefined ? pipeline.sqlClient() : pipeline.sqlClientOf(inDataset[0].name);
    const counter = new Counter(client, loadId);
    for (const schema of inDataset) {
      for (const table of Object.values(schema.tables)) {
        const rows = await counter.rowsOf(schema, table);
        if (rows > 0) rowCounts[table.name] = rows;
      }
    }
    loadedAt ??= await counter.loadedAt();
  }
  return { loadedAt, rowCounts };
}

class Counter {
  readonly #client: SqlClient;
  readonly #loadId: string;

  constructor(client: SqlClient, loadId: string) {
    this.#client = client;
    this.#loadId = `'${loadId.replaceAll("'", "''")}'`;
  }

  async loadedAt(): Promise<Date | null> {
    const rows = await this.#query<{ inserted_at: Date }>(
      `SELECT inserted_at FROM ${this.#table("_dlt_loads")} WHERE load_id = ${this.#loadId} AND status = 0`,
    );
    return rows[0]?.inserted_at ?? null;
  }

  /** Nested rows are those of their root row. */
  async rowsOf(schema: SchemaDocument, table: TableSchema): Promise<number> {
    const joins: string[] = [];
    let current = table;
    for (let depth = 0; current.parent !== undefined; depth += 1) {
      const parent = schema.tables[current.parent];
      const [childKey, parentKey] = [columnWith(current, "parent_key"), parent === undefined ? undefined : columnWith(parent, "row_key")];
      if (parent === undefined || childKey === undefined || parentKey === undefined) return 0;
      joins.push(`JOIN ${this.#table(parent.name)} AS t${depth + 1} ON t${depth}.${quoted(childKey)} = t${depth + 1}.${quoted(parentKey)}`);
      current = parent;
    }
    const loadIdColumn = completeColumns(current).find(({ name }) => name.toLowerCase() === "_dlt_load_id");
    if (loadIdColumn === undefined) return 0;
    const [row] = await this.#query<{ n: number | bigint }>(
      `SELECT count(*) AS n FROM ${this.#table(table.name)} AS t0 ${joins.join(" ")} WHERE t${joins.length}.${quoted(loadIdColumn.name)} = ${this.#loadId}`,
    );
    return Number(row?.n ?? 0);
  }

  async #query<Row>(sql: string): Promise<readonly Row[]> {
    try {
      return await this.#client.query<Row>(sql);
    } catch (error) {
      if (!LeatError.is(error) || error.code !== "undefined-relation") throw error;
      return [];
    }
  }

  #table(name: string): string {
    return quoted(name);
  }
}

function columnWith(table: TableSchema, hint: "parent_key" | "row_key"): string | undefined {
  return Object.values(table.columns).find((column) => column[hint] === true)?.name;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
