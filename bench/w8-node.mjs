// What W8 takes Node and DuckDB at least: rows go straight into known tables, in one commit. usage: node w8-node.mjs RESOURCES FOLDER, twice
import { join } from "node:path";
import { DuckDBInstance, DuckDBTimestampTZValue } from "@duckdb/node-api";

const [count, folder] = process.argv.slice(2);
const rowsEach = 100;
const instance = await DuckDBInstance.create(join(folder, "w8db.duckdb"));
const connection = await instance.connect();
const rowCounts = {};
const at = BigInt(Date.UTC(2026, 0, 1)) * 1000n;
await connection.run("BEGIN");
for (let number = 0; number < Number(count); number += 1) {
  const table = `table_${String(number).padStart(4, "0")}`;
  await connection.run(
    `CREATE TABLE IF NOT EXISTS ${table} (id BIGINT, number BIGINT, name VARCHAR, value DOUBLE, "at" TIMESTAMPTZ, nested__a BIGINT, nested__b VARCHAR, _dlt_load_id VARCHAR, _dlt_id VARCHAR)`,
  );
  const appender = await connection.createAppender(table);
  for (let id = 0; id < rowsEach; id += 1) {
    appender.appendBigInt(BigInt(id));
    appender.appendBigInt(BigInt(number));
    appender.appendVarchar(`name ${id}`);
    appender.appendDouble(id * 1.5 + 0.25);
    appender.appendTimestampTZ(new DuckDBTimestampTZValue(at));
    appender.appendBigInt(BigInt(id));
    appender.appendVarchar(String(id));
    appender.appendVarchar("1700000000.1");
    appender.appendVarchar(`${number}-${id}`);
    appender.endRow();
  }
  appender.closeSync();
  rowCounts[table] = rowsEach;
}
await connection.run("COMMIT; CHECKPOINT");
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify({ rowCounts }));
