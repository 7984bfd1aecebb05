// What W5 takes Node and DuckDB at least: the tables of a run, its four rows, one commit. usage: node w5-node.mjs FOLDER ROWS, twice
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const [folder, rows] = process.argv.slice(2);
const instance = await DuckDBInstance.create(join(folder, "w5db.duckdb"));
const connection = await instance.connect();
await connection.run(`
  CREATE TABLE IF NOT EXISTS one (id BIGINT, updated_at BIGINT, name VARCHAR, _dlt_load_id VARCHAR, _dlt_id VARCHAR);
  CREATE TABLE IF NOT EXISTS _dlt_loads (load_id VARCHAR, schema_name VARCHAR, status BIGINT, inserted_at TIMESTAMPTZ, schema_version_hash VARCHAR);
  CREATE TABLE IF NOT EXISTS _dlt_version (version BIGINT, schema VARCHAR);
  CREATE TABLE IF NOT EXISTS _dlt_pipeline_state (version BIGINT, state VARCHAR)`);
for (const table of ["_dlt_version", "_dlt_pipeline_state"])
  await connection.runAndReadAll(`SELECT * FROM ${table} ORDER BY version DESC LIMIT 1`);
await connection.run(`
  BEGIN;
  INSERT INTO one SELECT id, 1700000000000, 'x', '1700000000.1', 'id' || id FROM range(1, ${rows} + 1) rows (id);
  INSERT INTO _dlt_pipeline_state VALUES (1, 'state');
  INSERT INTO _dlt_loads VALUES ('1700000000.1', 'w5', 0, now(), 'hash');
  COMMIT`);
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify({ rowCounts: { one: Number(rows) } }));
