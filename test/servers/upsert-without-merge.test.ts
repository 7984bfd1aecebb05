import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parsePostgresUrl } from "../../src/config/connection-string.ts";
import { sqlDestination } from "../../src/destination-kit/index.ts";
import { capabilities } from "../../src/destinations/postgres/capabilities.ts";
import { uniquePostgresDialect, withoutMerge } from "../../src/destinations/postgres/dialect.ts";
import { connectPostgres } from "../../src/drivers/postgres.ts";
import { LoadJobFailedError, type Pipeline, pipeline } from "../../src/index.ts";
import { createPostgres } from "../destinations.ts";
import { failure } from "../e2e/local-pipeline.ts";
import { cases, items, loadedTables, type MergeCase, sorted, type Tables } from "../e2e/merge-case.ts";
import { untag } from "../fixtures.ts";
import { tempDir } from "../temp-dir.ts";

const upserts = cases.filter(({ name }) => name.startsWith("upsert"));

describe("on a server whose version has no MERGE, upsert leaves the tables as on one that has", () => {
  test.each(upserts.filter((each) => outcomeOf(each).error === undefined))("$name", async (each) => {
    const p = await pipelineWithoutMerge();
    for (const [index, batch] of each.batches.entries()) {
      await p.run(items(each, index, batch));
      const expected = sorted(untag(outcomeOf(each).tables_after_each_batch[index]) as Tables);
      expect(await loadedTables(p, expected)).toEqual(expected);
    }
  });

  test("two rows with a key that is there fail, and the error says which", async () => {
    const each = upserts.find(({ name }) => name === "upsert_dups_in_batch")!;
    const p = await pipelineWithoutMerge();
    await p.run(items(each, 0, each.batches[0]!));
    const error = await failure(() => p.run(items(each, 1, each.batches[1]!)));
    expect(error).toBeInstanceOf(LoadJobFailedError);
    expect(String(error)).toMatch(/Two of them have the primary key id \d+ of a row that is there/);
  });
});

function outcomeOf({ by_destination: { postgres, duckdb } }: MergeCase): MergeCase["by_destination"]["duckdb"] {
  return postgres === "same as duckdb" ? duckdb : postgres;
}

async function pipelineWithoutMerge(): Promise<Pipeline> {
  const { host, port, database, username } = parsePostgresUrl((await createPostgres()).url);
  const location = { host: host!, port: port!, database: database!, username, connectTimeoutMs: 15_000 };
  const destination = sqlDestination({
    type: "postgres",
    dltType: "dlt.destinations.postgres",
    capabilities,
    describe: async () => `${host}:${port}`,
    connect: async () => ({ driver: await connectPostgres(location), dialect: withoutMerge(uniquePostgresDialect) }),
  });
  return pipeline({ name: "old", destination, datasetName: "data", pipelinesDir: join(tempDir(), "pipelines"), progress: "none" });
}
