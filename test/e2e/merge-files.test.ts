import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { LoadJobFailedError, type Pipeline, resource } from "../../src/index.ts";
import { failure, localPipeline, query } from "./local-pipeline.ts";

// DuckDB merges straight from the job files, unless there is little in them. Here a table has many of them, and rows that belong together lie in different ones.
vi.stubEnv("SOURCES__DATA_WRITER__FILE_MAX_ITEMS", "4");
vi.stubEnv("NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS", "2");
afterEach(() => vi.restoreAllMocks());

interface Doc {
  readonly id: number;
  readonly [column: string]: unknown;
}

const strategies = ["delete-insert", "upsert", "insert-only"] as const;
const docs = (strategy: (typeof strategies)[number], rows: readonly Doc[], hints: object = {}) =>
  resource("docs", { writeDisposition: { disposition: "merge", strategy }, primaryKey: "id", ...hints }, rows);
const ballast = () => randomBytes(32_000).toString("base64");
const numbered = (from: number, to: number, rest: (id: number) => object): Doc[] =>
  Array.from({ length: to - from }, (_, index) => ({ id: from + index, ballast: ballast(), ...rest(from + index) }));

describe.each(strategies)("%s of many files", (strategy) => {
  test("brings columns that only some of the files have, and what is nested", async () => {
    const p = localPipeline();
    await p.run(
      docs(
        strategy,
        numbered(0, 10, (id) => ({ round: 1, lines: [{ n: id }] })),
      ),
    );
    await p.run(
      docs(
        strategy,
        numbered(5, 15, (id) => ({ round: 2, lines: [{ n: id }, { n: -id }], ...(id % 2 ? { odd: true } : {}) })),
      ),
    );
    const isNew = (id: number) => id >= (strategy === "insert-only" ? 10 : 5);
    expect(await query(p, "SELECT id, round, odd FROM docs ORDER BY id")).toEqual(
      Array.from({ length: 15 }, (_, id) => ({ id, round: isNew(id) ? 2 : 1, odd: isNew(id) && id % 2 ? true : null })),
    );
    const lines = await query(
      p,
      "SELECT d.id, count(*) AS lines FROM docs d JOIN docs__lines l ON l._dlt_parent_id = d._dlt_id GROUP BY 1 ORDER BY 1",
    );
    // Nested rows whose id is new come to rows that stay, too.
    expect(lines).toEqual(Array.from({ length: 15 }, (_, id) => ({ id, lines: id >= 5 ? 2 : 1 })));
  });

  test("stores values in the types of the table, which may be others than those of the file", async () => {
    const p = localPipeline();
    const rows = (day: string) => [{ id: 1, ballast: ballast(), day, sum: "12.50", blob: new Uint8Array([1, 2]), doc: { a: [day] } }];
    const columns = { sum: { dataType: "decimal", precision: 10, scale: 2 }, doc: { dataType: "json" }, day: { dataType: "date" } };
    await p.run(docs(strategy, rows("2024-01-01") as unknown as Doc[], { columns }));
    await p.run(docs(strategy, [...rows("2024-01-02"), { id: 2, ballast: ballast() }] as unknown as Doc[], { columns }));
    const kept = strategy === "insert-only" ? "2024-01-01" : "2024-01-02";
    expect(
      await query(
        p,
        "SELECT id, CAST(day AS VARCHAR) AS day, typeof(sum) AS sum, typeof(doc) AS doc, octet_length(blob) AS bytes FROM docs ORDER BY id",
      ),
    ).toEqual([
      { id: 1, day: kept, sum: "DECIMAL(10,2)", doc: "JSON", bytes: 2 },
      { id: 2, day: null, sum: "DECIMAL(10,2)", doc: "JSON", bytes: null },
    ]);
  });
});

test("scd2 of many files ends versions whose content changed, and begins new ones", async () => {
  const p = localPipeline();
  const prices = (rows: readonly Doc[]) => resource("docs", { writeDisposition: { disposition: "merge", strategy: "scd2" } }, rows);
  const kept = numbered(0, 6, () => ({ price: 1, lines: [1] }));
  await p.run(prices(kept));
  await p.run(prices(kept.map((row) => (row.id < 2 ? { ...row, price: 2, note: "dearer" } : row))));
  expect(await query(p, "SELECT id, price, note, _dlt_valid_to IS NULL AS current FROM docs WHERE id < 3 ORDER BY 1, 2")).toEqual([
    { id: 0, price: 1, note: null, current: false },
    { id: 0, price: 2, note: "dearer", current: true },
    { id: 1, price: 1, note: null, current: false },
    { id: 1, price: 2, note: "dearer", current: true },
    { id: 2, price: 1, note: null, current: true },
  ]);
  expect(await query(p, "SELECT (SELECT count(*) FROM docs) AS docs, (SELECT count(*) FROM docs__lines) AS lines")).toEqual([
    { docs: 8, lines: 8 },
  ]);
});

test("insert-from-staging of many files leaves the rows of the last run", async () => {
  const p = localPipeline();
  const replaced = (rows: readonly Doc[]) =>
    resource("docs", { writeDisposition: { disposition: "replace", strategy: "insert-from-staging" } }, rows);
  await p.run(replaced(numbered(0, 6, () => ({ lines: [1] }))));
  await p.run(replaced(numbered(3, 9, () => ({ note: "new" }))));
  expect(await query(p, "SELECT count(*) AS n, min(id) AS least, count(note) AS notes FROM docs")).toEqual([{ n: 6, least: 3, notes: 6 }]);
  expect(await query(p, "SELECT count(*) AS n FROM docs__lines")).toEqual([{ n: 0 }]);
});

test("of rows with one key in different files the first counts, with what is nested in it", async () => {
  const p = localPipeline();
  await p.run(
    docs(
      "delete-insert",
      numbered(0, 8, () => ({ round: 1, lines: [{ n: 1 }] })),
    ),
  );
  await p.run(
    docs("delete-insert", [
      ...numbered(0, 8, () => ({ round: 2, lines: [{ n: 2 }] })),
      ...numbered(0, 8, () => ({ round: 3, lines: [{ n: 3 }] })),
    ]),
  );
  expect(await query(p, "SELECT round, count(*) AS n FROM docs GROUP BY 1")).toEqual([{ round: 2, n: 8 }]);
  expect(await query(p, "SELECT n, count(*) AS rows FROM docs__lines GROUP BY 1")).toEqual([{ n: 2, rows: 8 }]);
});

test("flagged rows in other files than those they delete", async () => {
  const p = localPipeline();
  const hints = { columns: { gone: { dataType: "bool", hardDelete: true } } };
  await p.run(
    docs(
      "delete-insert",
      numbered(0, 8, () => ({ gone: false, lines: [1] })),
      hints,
    ),
  );
  await p.run(
    docs(
      "delete-insert",
      numbered(4, 12, (id) => ({ gone: id < 8, lines: [1] })),
      hints,
    ),
  );
  expect(await ids(p)).toEqual([0, 1, 2, 3, 8, 9, 10, 11]);
  expect(await query(p, "SELECT count(*) AS n FROM docs__lines")).toEqual([{ n: 8 }]);
});

test("a merge that fails says so of the table, and leaves what was there", async () => {
  const p = localPipeline();
  await p.run(
    docs(
      "upsert",
      numbered(0, 6, () => ({})),
    ),
  );
  const error = await failure(() => p.run(docs("upsert", [...numbered(0, 6, () => ({})), { id: 3 }])));
  expect(error).toBeInstanceOf(LoadJobFailedError);
  expect(String(error)).toContain("Its rows could not be merged: ");
  expect(String(error)).toContain("Two of them have the primary key id 3 of a row that is there.");
  expect(await ids(p)).toEqual([0, 1, 2, 3, 4, 5]);
});

test("no staging table is made", async () => {
  const p = localPipeline();
  await p.run(
    docs(
      "delete-insert",
      numbered(0, 6, () => ({})),
    ),
  );
  const statements: string[] = [];
  const { DuckDbConnection } = await import("../../src/drivers/duckdb.ts");
  const script = DuckDbConnection.prototype.script;
  vi.spyOn(DuckDbConnection.prototype, "script").mockImplementation(function (this: InstanceType<typeof DuckDbConnection>, asked) {
    statements.push(...asked);
    return script.call(this, asked);
  });
  await p.run(
    docs(
      "delete-insert",
      numbered(3, 9, () => ({})),
    ),
  );
  expect(statements.filter((sql) => /^(CREATE|DELETE|INSERT|DROP)/.test(sql)).map((sql) => sql.slice(0, 11))).toEqual([
    "DELETE FROM",
    "INSERT INTO",
  ]);
  expect(await ids(p)).toHaveLength(9);
});

async function ids(p: Pipeline): Promise<unknown[]> {
  return (await query<{ id: number }>(p, "SELECT id FROM docs ORDER BY id")).map(({ id }) => id);
}
