import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodeJson } from "../../src/core/json-encode.ts";
import { current, type Pipeline, resource, type Source, type SqlClient, source } from "../../src/index.ts";
import { encodeState } from "../../src/state/encode.ts";
import { readFixture, untag } from "../fixtures.ts";
import { machine, query } from "./local-pipeline.ts";

/** What dlt loaded when the vectors were made. */
function dropsrc(): Source {
  const cursor = (last: number, hash: string) => ({
    u: { initial_value: null, last_value: last, unique_hashes: [hash], start_value: null },
  });
  return source("dropsrc", () => [
    resource("alpha", { writeDisposition: "merge", primaryKey: "id", stateAccess: "write" }, function* ({ state }) {
      Object.assign(state, { incremental: cursor(10, "669czW83KR00"), custom: 0 });
      current.sourceState()["shared"] = { x: 0, y: { z: 1 } };
      yield { id: 1, u: 10, kids: [{ n: 1 }] };
    }),
    resource("beta", function* ({ state }) {
      state["incremental"] = cursor(20, "ujNdh3/t4OMn");
      yield { id: 2, u: 20 };
    }),
    resource("gamma", [{ g: 0, l: [1] }]),
  ])();
}

interface StateText {
  readonly _state_version: number;
  readonly _version_hash: string;
  readonly _local?: { readonly first_run: boolean; readonly _last_extracted_hash?: string };
}

/** The local state without what differs on each machine and at each time. */
function localState(p: Pipeline): object {
  const { _local, ...state } = JSON.parse(readFileSync(join(p.workingDir, "state.json"), "utf8"));
  const { first_run, _last_extracted_hash } = _local;
  return { ...state, _local: { first_run, ...(_last_extracted_hash === undefined ? {} : { _last_extracted_hash }) } };
}

/** Columns of each table, without their order. */
function columns(p: Pipeline): object {
  const tables = (name: string) =>
    Object.entries(p.schemas[name]!.tables).map(([table, { columns }]) => [table, Object.keys(columns).sort()]);
  return Object.fromEntries(Object.keys(p.schemas).map((name) => [name, Object.fromEntries(tables(name))]));
}

describe("S18 sync from another working directory ends as dlt's does:", () => {
  interface Snapshot {
    readonly state: StateText & { readonly pipeline_name: string; readonly dataset_name: string };
    readonly schemas: { readonly [name: string]: { readonly tables: { readonly [table: string]: readonly string[] } } };
  }
  const { cases } = readFixture<{
    cases: readonly { name: string; destination_state: object; local_before: Snapshot; local_after: Snapshot }[];
  }>("sync.json");
  test.for(cases)("$name", async ({ name, local_before: before, local_after: after, destination_state }) => {
    const local = machine();
    const writer = local.pipeline({ name: "sync1", datasetName: "sync1_ds" });
    await writer.run(dropsrc());
    expect(localState(writer)).toEqual(destination_state);

    const pipelinesDir = join(local.dir, name);
    const p = local.pipeline({ name: before.state.pipeline_name, datasetName: before.state.dataset_name, pipelinesDir });
    mkdirSync(p.workingDir, { recursive: true });
    writeFileSync(join(p.workingDir, "state.json"), JSON.stringify(before.state));
    await p.sync();
    expect(localState(p)).toEqual(after.state);
    const sorted = ({ tables }: Snapshot["schemas"][string]) =>
      Object.fromEntries(Object.entries(tables).map(([table, names]) => [table, names.toSorted()]));
    expect(columns(p)).toEqual(Object.fromEntries(Object.entries(after.schemas).map(([schema, content]) => [schema, sorted(content)])));
  });
});

describe("S21 rows that another tool wrote are taken as dlt takes them:", () => {
  interface Written {
    readonly name: string;
    readonly written_state: object;
    readonly written_schema_version?: number;
    readonly after_sync: { readonly state: StateText; readonly schemas: { readonly [name: string]: { readonly version: number } } };
    readonly after_next_run: {
      readonly _dlt_pipeline_state: readonly { readonly version: number; readonly load_id_is_foreign: boolean; readonly hash: string }[];
      readonly _dlt_version: readonly { readonly version: number }[];
      readonly state_version: number;
    };
  }

  test.for(readFixture<{ cases: readonly Written[] }>("foreign_writer.json").cases)("$name", async (written) => {
    const local = machine();
    const open = () => local.pipeline({ name: `foreign_${written.name}`, datasetName: `foreign_${written.name}_ds` });
    const first = open();
    await first.run(dropsrc());
    const foreignLoadId = await writeForeign(first, written);
    local.wipe();

    const p = open();
    await p.sync();
    expect(localState(p)).toEqual(written.after_sync.state);
    expect(p.schemas["dropsrc"]!.version).toBe(written.after_sync.schemas["dropsrc"]!.version);

    await p.run(source("dropsrc", () => resource("gamma", [{ g: 1 }]))());
    const states = await query(
      p,
      "SELECT version, _dlt_load_id = '" +
        foreignLoadId +
        "' AS load_id_is_foreign, version_hash AS hash FROM _dlt_pipeline_state ORDER BY created_at",
    );
    expect(states).toEqual(written.after_next_run._dlt_pipeline_state);
    const versions = await query<{ version: number }>(p, "SELECT version FROM _dlt_version ORDER BY inserted_at");
    expect(versions.map(({ version }) => version)).toEqual(written.after_next_run._dlt_version.map(({ version }) => version));
    expect(p.state._state_version).toBe(written.after_next_run.state_version);
  });

  async function writeForeign(p: Pipeline, { name, written_state, written_schema_version: schemaVersion }: Written): Promise<string> {
    const state = untag(written_state) as StateText;
    const entries = Object.entries(state).sort(([a], [b]) => (a < b ? 1 : -1));
    const isOdd = name === "other_key_order_level1_zlib";
    const text = encodeState((isOdd ? Object.fromEntries(entries) : state) as never);
    const blob = deflateSync(text, { level: isOdd ? 1 : 9 }).toString("base64");
    const [load] = await query<{ load_id: string; schema_version_hash: string }>(p, "SELECT load_id, schema_version_hash FROM _dlt_loads");
    const loadId = String(Number(load!.load_id) + 1000);
    const status = name === "load_status_1" ? 1 : 0;
    await using client = p.sqlClient();
    await client.execute("INSERT INTO _dlt_pipeline_state VALUES ($1, 4, $2, $3, now(), $4, $5, 'portportportpo')", [
      state._state_version,
      p.name,
      blob,
      state._version_hash,
      loadId,
    ]);
    if (name !== "no_load_row")
      await client.execute("INSERT INTO _dlt_loads VALUES ($1, 'dropsrc', $2, now(), $3)", [loadId, status, load!.schema_version_hash]);
    if (schemaVersion !== undefined) await writeForeignSchema(client, name, schemaVersion);
    return loadId;
  }

  /** Where dlt's descriptions were taken away in the vector one is added: leat writes none. */
  async function writeForeignSchema(client: SqlClient, name: string, version: number): Promise<void> {
    const [stored] = await client.query<{ schema: string }>("SELECT schema FROM _dlt_version");
    const schema = JSON.parse(stored!.schema);
    if (name === "schema_without_descriptions") schema.tables.alpha.description = "Of another tool.";
    Object.assign(schema, { version, version_hash: `${"B".repeat(43)}=` });
    const row = [version, schema.version_hash, encodeJson(schema)];
    await client.execute("INSERT INTO _dlt_version VALUES ($1, 11, now(), 'dropsrc', $2, $3)", row);
  }
});
