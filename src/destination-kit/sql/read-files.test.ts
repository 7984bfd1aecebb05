import { describe, expect, test } from "vitest";
import type { ColumnSchema } from "../../schema/document.ts";
import { minimalCapabilities } from "../capabilities.ts";
import type { LoadJob } from "../load-job.ts";
import { applyStaged, createStaging } from "./apply-staged.ts";
import type { SqlDialect } from "./dialect.ts";
import { chainOfFiles } from "./read-files.ts";
import type { SqlTransactions } from "./sql-transactions.ts";
import type { StagedChain } from "./staged-chain.ts";
import { datasetStaging, temporaryStaging } from "./staging-place.ts";

const id: ColumnSchema = { name: "id", data_type: "bigint", nullable: false, primary_key: true };
const value: ColumnSchema = { name: "value", data_type: "bigint" };

const dialect: SqlDialect = {
  quoteIdentifier: (name) => `"${name}"`,
  columnType: (column) => String(column.data_type).toUpperCase(),
  columnConstraint: () => "",
  emptyTable: (name) => `DELETE FROM ${name}`,
  temporaryTable: (name) => `tmp."${name}"`,
  rowPosition: "rownum",
  timestampLiteral: () => "now",
  parameter: () => "?",
  jobFiles: (jobs) => (jobs[0]!.format === "parquet" ? `files(${jobs.map((job) => job.path).join(", ")})` : undefined),
  loadJobs: async () => [],
};

describe("job files take the place of staging tables", () => {
  test("with all columns of the table, in its types", async () => {
    const read = await chainOfFiles(session(), chain([id, value]), [job("a"), job("b"), job("of another", "lines")]);
    const rows = '(SELECT CAST("id" AS BIGINT) AS "id", CAST(NULL AS BIGINT) AS "value" FROM files(a, b))';
    expect(read?.tables[0]).toMatchObject({ staging: rows, isInFiles: true });
    expect(createStaging([read!])).toEqual([]);
    expect(applyStaged(read!, '"ds"')).toEqual([
      `DELETE FROM "ds"."items" AS d WHERE EXISTS (SELECT 1 FROM ${rows} AS s WHERE d."id" = s."id")`,
      `INSERT INTO "ds"."items" ("id", "value") SELECT "id", "value" FROM ${rows}`,
    ]);
  });

  test("with upsert, which looks for duplicates by itself, also when rows are flagged", async () => {
    const flagged = chain([id, { name: "gone", data_type: "bool", hard_delete: true }], "upsert");
    expect((await chainOfFiles(session({ hasDuplicates: true }), flagged, [job("a")]))?.isOfFiles).toBe(true);
  });
});

describe("rows wait in staging tables", () => {
  test("where two have one key", async () => {
    expect(await chainOfFiles(session({ hasDuplicates: true }), chain([id]), [job("a")])).toBeUndefined();
  });

  test("where some may be flagged as deleted", async () => {
    const flagged = chain([id, { name: "gone", data_type: "bool", hard_delete: true }]);
    expect(await chainOfFiles(session(), flagged, [job("a")])).toBeUndefined();
  });

  test("where a file has a column that the table does not have, so that loading it fails", async () => {
    expect(await chainOfFiles(session({ columns: ["id", "other"] }), chain([id]), [job("a")])).toBeUndefined();
  });

  test("where the database does not read such files, or they differ", async () => {
    expect(await chainOfFiles(session(), chain([id]), [{ ...job("a"), format: "csv" }])).toBeUndefined();
    expect(await chainOfFiles(session(), chain([id]), [job("a"), { ...job("b"), format: "csv" }])).toBeUndefined();
  });

  test("where there is little to read", async () => {
    expect(await chainOfFiles(session(), chain([id]), [{ ...job("a"), bytes: 60_000 }])).toBeUndefined();
    expect(
      await chainOfFiles(session(), chain([id]), [
        { ...job("a"), bytes: 60_000 },
        { ...job("b"), bytes: 4000 },
      ]),
    ).toBeDefined();
  });

  test("where so many files would have to be open at once", async () => {
    const jobs = Array.from({ length: 101 }, (_, index) => job(String(index)));
    expect(await chainOfFiles(session(), chain([id]), jobs.slice(1))).toBeDefined();
    expect(await chainOfFiles(session(), chain([id]), jobs)).toBeUndefined();
  });

  test("where somebody wants to look at them", async () => {
    const place = datasetStaging({ dialect, dataset: '"stg"', isTruncated: false });
    expect(await chainOfFiles(session(), { ...chain([id]), place }, [job("a")])).toBeUndefined();
  });
});

function chain(columns: readonly ColumnSchema[], strategy: StagedChain["strategy"] = "delete-insert"): StagedChain {
  const schema = { name: "items", columns: Object.fromEntries(columns.map((column) => [column.name, column])) };
  const table = { schema, target: '"ds"."items"', staging: dialect.temporaryTable("staging_items"), hasJobs: true };
  return { dialect, strategy, place: temporaryStaging(dialect), tables: [table], createdAtMicros: 0 };
}

function job(path: string, table = "items"): LoadJob {
  return { jobId: path, table, format: "parquet", path, bytes: 64_000 };
}

/** A database that has files with these columns. */
function session({ columns = ["id"], hasDuplicates = false } = {}): SqlTransactions {
  const driver: Partial<SqlTransactions["driver"]> = {
    async query<Row>(sql: string, _parameters?: readonly unknown[], options?: Parameters<SqlTransactions["driver"]["query"]>[2]) {
      if (sql.endsWith("LIMIT 0")) options?.onColumns?.(columns.map((name) => ({ name, type: { kind: "text" } })));
      return (sql.includes("HAVING") && hasDuplicates ? [{}] : []) as Row[];
    },
  };
  return { dialect, driver, capabilities: minimalCapabilities } as unknown as SqlTransactions;
}
