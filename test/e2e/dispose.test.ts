import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { machine, values } from "./local-pipeline.ts";

const rows = [[{ id: 1 }], { tableName: "rows" }] as const;

test("`await using` closes the SQL clients that the pipeline handed out", async () => {
  const local = machine();
  {
    await using p = local.pipeline();
    await p.run(...rows);
    expect(await p.sqlClient().query("SELECT id FROM rows")).toEqual([{ id: 1 }]);
  }
  // DuckDB opens a file twice in one process only with the same settings.
  const instance = await DuckDBInstance.create(local.databasePath, { access_mode: "READ_ONLY" });
  instance.closeSync();
});

test("`await using` ends a database in memory, so the next run begins anew", async () => {
  const local = machine();
  const destination = duckdb(":memory:");
  {
    await using p = local.pipeline({ destination });
    await p.run(...rows);
    await p.run(...rows);
    expect(await values(p, "SELECT id FROM rows")).toEqual([1, 1]);
  }
  const p = local.pipeline({ destination });
  await p.run(...rows);
  expect(await values(p, "SELECT id FROM rows")).toEqual([1]);
});

test("a pipeline that did nothing has nothing to close", async () => {
  await using p = machine().pipeline({ destination: duckdb(join("missing", "folder", "x.duckdb")) });
  expect(p.firstRun).toBe(true);
});
