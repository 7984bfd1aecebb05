import { expect } from "vitest";
import { resource, source } from "../../../src/index.ts";

/** Run number `run` appends a row, merges two, replaces one and adds a version. */
export const shop = (run: number): ReturnType<ReturnType<typeof source>> =>
  source("shop", () => [
    resource("events", function* ({ state }) {
      state["runs"] = run;
      yield { id: run, tags: [{ run }] };
    }),
    resource("items", { writeDisposition: "merge", primaryKey: "id" }, [
      { id: 0, run, lines: [{ run }] },
      { id: run, run, lines: [{ run }] },
    ]),
    resource("upserts", { writeDisposition: { disposition: "merge", strategy: "upsert" }, primaryKey: "id" }, [
      { id: 0, run, lines: [{ run }] },
    ]),
    resource("snapshot", { writeDisposition: "replace" }, [{ run }]),
    resource("prices", { writeDisposition: { disposition: "merge", strategy: "scd2" } }, [{ id: 1, price: run }]),
  ])();

interface Reading {
  query(sql: string): Promise<Record<string, unknown>[]>;
}

/** What is there after so many runs, by SQL: exactly the rows, one load record for each package, and no session that hangs. */
export async function expectRuns(database: Reading, count: number): Promise<void> {
  const runs = Array.from({ length: count }, (_, index) => index + 1);
  const column = async (sql: string) => (await database.query(sql)).map((row) => Object.values(row)[0]);
  const last = Math.max(...runs);
  expect(await column("SELECT id FROM data.events ORDER BY 1")).toEqual(runs);
  expect(await column("SELECT run FROM data.events__tags ORDER BY 1")).toEqual(runs);
  expect(await column("SELECT run FROM data.items ORDER BY id")).toEqual([last, ...runs]);
  expect(await column("SELECT run FROM data.items__lines ORDER BY 1")).toEqual([...runs, last]);
  expect(await column("SELECT run FROM data.upserts")).toEqual([last]);
  expect(await column("SELECT run FROM data.upserts__lines")).toEqual([last]);
  expect(await column("SELECT run FROM data.snapshot")).toEqual([last]);
  expect(await column("SELECT price FROM data.prices ORDER BY 1")).toEqual(runs);
  expect(await column("SELECT price FROM data.prices WHERE _dlt_valid_to IS NULL")).toEqual([last]);
  expect(await column("SELECT status FROM data._dlt_loads")).toEqual(runs.map(() => 0));
  expect(await column("SELECT version FROM data._dlt_pipeline_state ORDER BY 1")).toHaveLength(count);
  expect(await column("SELECT version_hash FROM data._dlt_version GROUP BY 1 HAVING count(*) > 1")).toEqual([]);
  expect(
    await column(
      "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'leat' AND state LIKE 'idle in%'",
    ),
  ).toEqual([0]);
}
