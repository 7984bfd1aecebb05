import { digest128 } from "../../src/core/digest.ts";
import { encodeJson, parseJson } from "../../src/core/json.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../../src/schema/document.ts";
import { decodeStateBlob } from "../../src/state/blob.ts";
import type { PipelineState } from "../../src/state/document.ts";
import { datasetName } from "./plan.ts";
import { openTextDatabase, type TextRow as Row, type TextDatabase } from "./text-database.ts";

/** A loaded dataset without what is random or of one tool only: two of them are equal when the same data was loaded. */
export interface Snapshot {
  readonly tables: { readonly [table: string]: readonly string[] };
  readonly constraints: readonly string[];
  readonly rowCounts: { readonly [table: string]: number };
  /** Every root row with the rows nested in it. */
  readonly documents: { readonly [table: string]: readonly object[] };
  readonly loads: readonly object[];
  readonly versions: readonly object[];
  readonly states: readonly object[];
  /** The newest of each schema. */
  readonly schemas: { readonly [name: string]: object };
  /** Broken promises about ids. Always empty. */
  readonly wrongIds: readonly string[];
}

/** Reads everything that a case left in its database. */
export async function readSnapshot(database: string): Promise<Snapshot> {
  const opened = await openTextDatabase(database);
  try {
    return await new Reader(opened).snapshot();
  } finally {
    await opened.close();
  }
}

const systemTables = new Set(["_dlt_loads", "_dlt_version", "_dlt_pipeline_state"]);

class Reader {
  readonly #database: TextDatabase;
  readonly #wrongIds: string[] = [];

  constructor(database: TextDatabase) {
    this.#database = database;
  }

  async snapshot(): Promise<Snapshot> {
    const columns = await this.#columns();
    const rows = new Map<string, Row[]>();
    for (const [table, of] of columns) rows.set(table, await this.#rows(table, of));
    const loads = inOrder(rows.get("_dlt_loads") ?? [], "load_id");
    const versions = inOrder(rows.get("_dlt_version") ?? [], "inserted_at");
    const states = inOrder(rows.get("_dlt_pipeline_state") ?? [], "_dlt_load_id");
    const schemas = new Map(versions.map((row) => [row["schema_name"]!, parseJson(row["schema"]!) as SchemaDocument]));
    const ordinals = new Map(loads.map((row, index) => [row["load_id"]!, `load ${index + 1}`]));
    const hashes = new Map(versions.map((row, index) => [row["version_hash"]!, `version ${index + 1}`]));
    return {
      tables: Object.fromEntries([...columns].map(([table, of]) => [table, of.map((column) => column.declaration)])),
      constraints: await this.#constraints(),
      rowCounts: Object.fromEntries([...rows].map(([table, found]) => [table, found.length])),
      documents: this.#documents(rows, schemas, ordinals),
      loads: loads.map(({ schema_name, status, schema_version_hash }) => ({ schema_name, status, hash: hashes.get(schema_version_hash!) })),
      versions: versions.map(({ version, engine_version, schema_name }) => ({ version, engine_version, schema_name })),
      states: states.map((row) => comparableState(row, ordinals)),
      schemas: Object.fromEntries([...schemas].map(([name, schema]) => [name, comparableSchema(schema)])),
      wrongIds: this.#wrongIds,
    };
  }

  async #columns(): Promise<Map<string, { readonly name: string; readonly type: string; readonly declaration: string }[]>> {
    const found = await this.#database.query(
      `SELECT table_name, column_name, ${this.#database.typeColumn} AS data_type, is_nullable FROM information_schema.columns
       WHERE table_schema = '${datasetName}' ORDER BY table_name, ordinal_position`,
    );
    const columns = new Map<string, { name: string; type: string; declaration: string }[]>();
    for (const { table_name, column_name, data_type, is_nullable } of found) {
      const of = columns.get(table_name!) ?? [];
      const declaration = `${column_name} ${data_type}${is_nullable === "NO" ? " NOT NULL" : ""}`;
      columns.set(table_name!, [...of, { name: column_name!, type: data_type!, declaration }]);
    }
    return columns;
  }

  async #constraints(): Promise<string[]> {
    const sql = this.#database.constraintsOf?.(datasetName);
    const found = sql === undefined ? [] : await this.#database.query(sql);
    return found.map(({ table_name, declaration }) => `${table_name}: ${declaration}`).sort();
  }

  #rows(table: string, columns: readonly { readonly name: string; readonly type: string }[]): Promise<Row[]> {
    const texts = columns.map(({ name, type }) => `${this.#database.textOf(quoted(name), type)} AS ${quoted(name)}`);
    return this.#database.query(`SELECT ${texts.join(", ")} FROM ${quoted(datasetName)}.${quoted(table)}`);
  }

  /** Rows as trees: below a root row those nested in it, so that random ids need not be compared. */
  #documents(
    rows: ReadonlyMap<string, readonly Row[]>,
    schemas: ReadonlyMap<string, SchemaDocument>,
    ordinals: ReadonlyMap<string, string>,
  ): Snapshot["documents"] {
    const tables = [...schemas.values()].flatMap((schema) => Object.values(schema.tables)).filter(({ name }) => rows.has(name!));
    const nested = new Map<string, Map<string, Row[]>>();
    for (const table of tables.filter(isNested)) nested.set(table.name!, groupBy(rows.get(table.name!)!, "_dlt_parent_id"));
    const treeOf = (table: TableSchema, row: Row, rootId: string): object => {
      const { _dlt_id: id, _dlt_parent_id: parentId, _dlt_root_id: root, _dlt_load_id: loadId, ...cells } = row;
      this.#checkIds(table, row, rootId);
      const below = tables
        .filter((other) => other.parent === table.name)
        .flatMap((other) => (nested.get(other.name!)!.get(id!) ?? []).map((one) => [other, one] as const))
        .map(([other, one]) => ({ table: other.name, ...treeOf(other, one, rootId) }));
      return {
        ...cells,
        ...(isRandomId(id!) ? {} : { _dlt_id: id }),
        ...(root === undefined ? {} : { root: root === null ? null : "given" }),
        ...(loadId === undefined ? {} : { load: ordinals.get(loadId!) ?? loadId }),
        ...(parentId === null ? { parentId } : {}),
        below: sorted(below),
      };
    };
    const documents: Record<string, readonly object[]> = {};
    for (const table of tables.filter((one) => !isNested(one) && !systemTables.has(one.name!))) {
      documents[table.name!] = sorted(rows.get(table.name!)!.map((row) => treeOf(table, row, row["_dlt_id"]!)));
    }
    return documents;
  }

  #checkIds(table: TableSchema, row: Row, rootId: string): void {
    const { _dlt_id: id, _dlt_parent_id: parentId, _dlt_list_idx: index, _dlt_root_id: root } = row;
    if (root !== undefined && root !== rootId) this.#wrongIds.push(`${table.name}: root id ${root} is not ${rootId}`);
    if (!isNested(table) || !isRandomId(id!)) return;
    if (id !== digest128(`${parentId}_${table.name}_${index}`, 10)) this.#wrongIds.push(`${table.name}: id ${id} of row ${index}`);
  }
}

/** In an order that does not depend on how the rows lie in their table. */
function sorted(rows: readonly object[]): readonly object[] {
  return rows
    .map((row) => [JSON.stringify(row), row] as const)
    .sort(byName)
    .map(([, row]) => row);
}

function isNested(table: TableSchema): boolean {
  return table.parent !== undefined;
}

/** Ids that were made, not given in the data. */
function isRandomId(id: string): boolean {
  return /^[A-Za-z0-9+/]{14}$/.test(id);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function inOrder(rows: readonly Row[], column: string): readonly Row[] {
  return [...rows].sort((left, right) => (left[column]! < right[column]! ? -1 : 1));
}

function groupBy(rows: readonly Row[], column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row[column]!, [...(groups.get(row[column]!) ?? []), row]);
  return groups;
}

/** The stored state; its hash covers the same content on both sides. */
function comparableState(row: Row, ordinals: ReadonlyMap<string, string>): object {
  const { version, engine_version, pipeline_name, version_hash, _dlt_load_id, state } = row;
  const decoded = decodeStateBlob(state!);
  const hash = hasUnorderedHashes(decoded) ? {} : { version_hash };
  const { _version_hash, ...comparable } = decoded;
  const document = encodeJson({ ...comparable, ...("version_hash" in hash ? { _version_hash } : {}) }, { sorted: true, typed: true });
  return { version, engine_version, pipeline_name, ...hash, load: ordinals.get(_dlt_load_id!), document };
}

/** dlt keeps the hashes of rows at the border of a cursor in no order. They are put into one; true when a hash of the state depends on it. */
function hasUnorderedHashes({ sources = {} }: Pick<PipelineState, "sources">): boolean {
  const slots = Object.values(sources).flatMap(({ resources = {} }) =>
    Object.values(resources).flatMap(({ incremental = {} }) => Object.values(incremental)),
  );
  for (const { unique_hashes } of slots) unique_hashes?.sort();
  return slots.some(({ unique_hashes }) => (unique_hashes ?? []).length > 1);
}

/** The stored schema without descriptions, which are each tool's own words, and hashes, which cover them. dlt also remembers the hash of the empty schema. */
export function comparableSchema(schema: SchemaDocument): object {
  const { version_hash: _, previous_hashes: __, tables, ...others } = schema;
  const comparable = Object.entries(tables).map(([name, { columns, description: ___, ...table }]) => [
    name,
    { ...table, columns: Object.values(columns).map(comparableColumn) },
  ]);
  return { ...others, tables: Object.fromEntries(comparable.sort(byName)) };
}

function comparableColumn({ description: _, ...column }: ColumnSchema): string {
  return encodeJson(column, { sorted: true });
}

function byName([left]: readonly unknown[], [right]: readonly unknown[]): number {
  return String(left) < String(right) ? -1 : 1;
}
