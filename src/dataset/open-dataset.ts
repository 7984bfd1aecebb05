import { ConfigError } from "../core/errors.ts";
import type { LoadSession } from "../destination-kit/contract.ts";
import { isSystemTable, loadsTableName } from "../schema/system-tables.ts";
import type { Dataset } from "./dataset.ts";
import { type QueryParameter, queryOf } from "./query.ts";
import { Reader, type ReaderOptions } from "./reader.ts";
import { checkTable, RelationValue } from "./relation-value.ts";

/** The data of a pipeline. Opens nothing by itself. */
export function openDataset(options: ReaderOptions): Dataset<string, number | bigint> {
  const reader = new Reader(options);
  const table = (name: string): RelationValue => {
    checkTable("table", name);
    return new RelationValue(reader, queryOf({ kind: "table", table: name }));
  };
  const dataset = {
    name: options.datasetName,
    table,
    sql: (texts: TemplateStringsArray, ...parameters: readonly unknown[]) => sqlRelation(reader, texts, parameters),
    rowCounts: () => rowCounts(reader),
    loads: () => loads(table(loadsTableName)),
  };
  // A relation here knows nothing of the rows that the interface promises.
  return Object.freeze(dataset) as unknown as Dataset<string, number | bigint>;
}

function sqlRelation(reader: Reader, texts: TemplateStringsArray, values: readonly unknown[]): RelationValue {
  if (!Array.isArray(texts))
    throw new ConfigError("`sql` is a tag: write dataset.sql`select ...` without brackets, and values into it as into a template.");
  const parameters = values.map((value) => parameterOf(value, reader));
  return new RelationValue(reader, queryOf({ kind: "text", texts: withoutSemicolon(texts), parameters }));
}

function parameterOf(value: unknown, reader: Reader): QueryParameter {
  if (value === undefined || typeof value === "function" || typeof value === "symbol")
    throw new ConfigError(
      `A parameter of \`sql\` is ${value === undefined ? "undefined" : `a ${typeof value}`}: give it a value, or null.`,
    );
  const query = RelationValue.queryOf(value, reader);
  return query === undefined ? { kind: "value", value } : { kind: "query", query };
}

/** The text may become a part of another statement. */
function withoutSemicolon(texts: readonly string[]): readonly string[] {
  return texts.with(-1, texts.at(-1)!.replace(/[\s;]+$/, ""));
}

/** Of the tables that hold the user's data. */
function rowCounts(reader: Reader): Promise<{ readonly [table: string]: number }> {
  return reader.use(async (session) => {
    await reader.requireDataset(session);
    const tables = (await session.tableNames()).filter((name) => !isSystemTable(name));
    const counts: [table: string, rows: number][] = [];
    for (let at = 0; at < tables.length; at += tablesAtOnce)
      counts.push(...(await countRows(session, tables.slice(at, at + tablesAtOnce))));
    return Object.fromEntries(counts);
  });
}

/** Postgres does not take a statement of some ten thousand parts. */
const tablesAtOnce = 500;

async function countRows(session: LoadSession, tables: readonly string[]): Promise<[table: string, rows: number][]> {
  const counts = tables.map((name, index) => `SELECT ${index} AS at, count(*) AS rows FROM ${session.qualifiedName(name)}`);
  const rows = await session.query<{ at: number; rows: number }>(counts.join(" UNION ALL "));
  const byTable = new Map(rows.map((row) => [row.at, row.rows]));
  return tables.map((name, index) => [name, byTable.get(index) ?? 0]);
}

interface LoadRow {
  readonly load_id: string;
  readonly schema_name: string;
  readonly inserted_at: Date;
}

async function loads(table: RelationValue): Promise<Awaited<ReturnType<Dataset["loads"]>>> {
  const complete = table.select("load_id", "schema_name", "inserted_at").where("status", "=", 0).orderBy("load_id");
  const rows = (await complete.fetchAll()) as unknown as readonly LoadRow[];
  return rows.map((row) => ({ loadId: row.load_id, schemaName: row.schema_name, insertedAt: row.inserted_at }));
}
