// Workload W1 with DuckDB alone: SQL for these very documents. usage: node w1-sql.mjs DOCUMENTS FOLDER
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const [documents, folder] = process.argv.slice(2);
const tables = ["activities", "activities__detail__changes", "activities__labels", "activities__topics"];
const sql = readFileSync(join(import.meta.dirname, "w1.sql"), "utf8")
  .replaceAll("$documents", `'${documents}'`)
  .replaceAll("$loadId", "'1700000000.1'");

const instance = await DuckDBInstance.create(join(folder, "w1db.duckdb"));
const connection = await instance.connect();
await connection.run(`BEGIN; ${sql}; COMMIT; CHECKPOINT`);
const counts = await connection.runAndReadAll(`SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table})`).join(", ")}`);
const rowCounts = Object.fromEntries(tables.map((table, index) => [table, Number(counts.getRows()[0][index])]));
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify({ rowCounts }));
