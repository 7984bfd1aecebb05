import { current, type Pipeline, type ResourceContext, resource, type Source, source } from "../../src/index.ts";
import { decodeStateBlob } from "../../src/state/blob.ts";
import { untag } from "../fixtures.ts";
import type { Machine } from "./machines.ts";

/** The source that dlt's vectors of drop and refresh were made with, and states as its cursors leave them. */
export function dropSource(run: number): Source<"dropsrc"> {
  return source("dropsrc", () => [
    resource("alpha", { primaryKey: "id", writeDisposition: "merge" }, function* ({ state }: ResourceContext<Record<string, unknown>>) {
      state["incremental"] = { u: cursor(10 + run, "669czW83KR00") };
      state["custom"] = run;
      current.sourceState()["shared"] = { x: run, y: { z: 1 } };
      yield [{ id: 1, u: 10 + run, kids: [{ n: 1 }] }];
    }),
    resource("beta", function* ({ state }: ResourceContext<Record<string, unknown>>) {
      state["incremental"] = { u: cursor(20 + run, "ujNdh3/t4OMn") };
      yield [{ id: 2, u: 20 + run }];
    }),
    resource("gamma", function* () {
      yield { g: run, l: [1] };
    }),
  ])();
}

function cursor(last: number, hash: string): object {
  return { initial_value: null, last_value: last, unique_hashes: [hash], start_value: null };
}

/** What a vector says before or after. */
export interface Snapshot {
  readonly state: {
    readonly _state_version: number;
    readonly _version_hash: string;
    readonly schema_names: readonly string[];
    readonly default_schema_name: string;
    readonly sources: object;
    readonly _local: { readonly first_run: boolean; readonly _last_extracted_hash?: string };
  };
  readonly schemas: {
    readonly [name: string]: {
      readonly version: number;
      readonly version_hash: string;
      readonly previous_hashes: readonly string[];
      readonly tables: { readonly [table: string]: readonly string[] };
    };
  };
  readonly storage_tables: { readonly [table: string]: readonly object[] };
}

/** The same of a pipeline of ours. */
export async function snapshot(p: Pipeline, { database }: Machine): Promise<Snapshot> {
  const rowsOf = (table: string) => database.query(`SELECT * FROM "${p.datasetName}"."${table}"`);
  const names = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '${p.datasetName}' ORDER BY 1`,
  );
  const storage: Record<string, object[]> = {};
  for (const { name } of names) storage[name] = (await rowsOf(name)).map((row) => shownRow(name, row)).sort(byLoadId);
  const { _state_version, _version_hash, schema_names, default_schema_name, sources = {}, _local } = p.state;
  const { first_run = true, _last_extracted_hash } = _local ?? {};
  return {
    state: {
      _state_version,
      _version_hash: _version_hash!,
      schema_names: [...schema_names],
      default_schema_name: default_schema_name!,
      sources,
      _local: { first_run, ...(_last_extracted_hash === undefined ? {} : { _last_extracted_hash }) },
    },
    schemas: Object.fromEntries(
      Object.entries(p.schemas).map(([name, { version, version_hash, previous_hashes, tables }]) => [
        name,
        {
          version,
          version_hash,
          previous_hashes,
          tables: Object.fromEntries(Object.entries(tables).map(([table, { columns }]) => [table, Object.keys(columns)])),
        },
      ]),
    ),
    storage_tables: storage,
  };
}

function shownRow(table: string, row: Record<string, unknown>): Record<string, unknown> {
  switch (table) {
    case "_dlt_pipeline_state":
      return {
        version: row["version"],
        load_id: row["_dlt_load_id"],
        hash: row["version_hash"],
        sources: decodeStateBlob(String(row["state"]))["sources"],
      };
    case "_dlt_version":
      return {
        version: row["version"],
        schema_name: row["schema_name"],
        version_hash: row["version_hash"],
        table_names: Object.keys((JSON.parse(String(row["schema"])) as { tables: object }).tables),
      };
    case "_dlt_loads":
      return { ...row, inserted_at: null };
    default:
      return Object.fromEntries(Object.entries(row).filter(([column]) => !column.startsWith("_dlt")));
  }
}

function byLoadId(a: object, b: object): number {
  const idOf = (row: object): string => String((row as Record<string, unknown>)["load_id"] ?? "");
  return idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0;
}

/**
 * Snapshots as two tools can have them in common: hashes and load ids are numbered as they come (dlt describes its own columns in other words), tables of a
 * schema have no order, and of the hashes of older schemas those count that a snapshot shows (dlt stores a schema once more on its first run).
 */
export function comparable(snapshots: readonly Snapshot[]): unknown {
  const shown = new Set(snapshots.flatMap(({ schemas }) => Object.values(schemas).map(({ version_hash }) => version_hash)));
  const numbers = new Map<string, string>();
  const number = (text: string): string => {
    const known = numbers.get(text) ?? `#${numbers.size + 1}`;
    numbers.set(text, known);
    return known;
  };
  const walk = (value: unknown, key: string): unknown => {
    if (key === "previous_hashes") return (value as string[]).filter((hash) => shown.has(hash)).map(number);
    if (key === "table_names") return [...(value as string[])].sort();
    if (
      typeof value === "string" &&
      ["_version_hash", "version_hash", "hash", "schema_version_hash", "load_id", "_last_extracted_hash"].includes(key)
    )
      return number(value);
    if (Array.isArray(value)) return value.map((member) => walk(member, ""));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, member]) => [name, walk(member, name)]));
  };
  const documents = snapshots.map(({ state, ...others }) => ({ ...others, state: stateOf(state) }));
  return walk(untag(documents), "");
}

/** What does not depend on the name of the pipeline and on the place of the data. */
function stateOf({
  _state_version,
  _version_hash,
  schema_names,
  default_schema_name,
  sources,
  _local,
}: Snapshot["state"]): Snapshot["state"] {
  return { _state_version, _version_hash, schema_names, default_schema_name, sources, _local };
}
