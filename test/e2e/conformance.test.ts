import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";
import { destination } from "../../src/destinations/custom/index.ts";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { dummy } from "../../src/destinations/dummy/index.ts";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { postgres } from "../../src/destinations/postgres/index.ts";
import { sqlite } from "../../src/destinations/sqlite/index.ts";
import { destinationConformance } from "../../src/testing/conformance/destination-conformance.ts";
import { testDestinations } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";
import { notForFiles } from "./not-for-files.ts";

const missing = (name: string): string => join(tempDir(), "missing", name);
const unreachable = {
  duckdb: () => duckdb(missing("data.duckdb")),
  sqlite: () => sqlite(missing("data.db")),
  postgres: () => postgres("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"),
};

for (const { name, create } of testDestinations)
  describe(name, () => destinationConformance({ test, open: async () => (await create()).destination(), unreachable: unreachable[name] }));

describe("filesystem", () =>
  destinationConformance({
    test,
    open: () => filesystem(tempDir()),
    skip: notForFiles,
    unreachable: () => filesystem(join(fileURLToPath(import.meta.url), "bucket")),
  }));

// What they leave out is left out by their capabilities.
describe("dummy", () => destinationConformance({ test, open: () => dummy() }));
describe("a function", () => destinationConformance({ test, open: () => destination("sink", {}, () => {}) }));
