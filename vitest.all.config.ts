import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { SlowFirst } from "./test/slow-first.ts";
import { shared as config, kernel } from "./vitest.config.ts";

/** Files of test/e2e that run a second time, on Postgres. Others take their destinations from test/destinations.ts. */
export const onPostgres: readonly string[] = [
  "arrow",
  "backfill",
  "border-rows",
  "chess",
  "commit-every",
  "concurrency",
  "feature-crossings",
  "given-up",
  "max-duration",
  "hints",
  "incremental",
  "incremental-arrow",
  "incremental-partitions",
  "incremental-state",
  "materialize",
  "merge",
  "merge-model",
  "merge-strategies",
  "merge-vectors",
  "pipedrive",
  "raw-json",
  "replace-vectors",
  "row-schema",
  "schema-datasets",
  "separate-steps",
  "several-writers",
  "state",
  "state-commit",
  "state-edit",
  "state-schema",
  "state-size",
  "state-values",
  "working-dir",
  "write-dispositions",
];

/** Files of test/e2e that run again on SQLite. Those left out ask for types of columns, which SQLite does not have. */
export const onSqlite: readonly string[] = onPostgres.filter((name) => !["hints", "raw-json"].includes(name));

/** Files of test/e2e that run again on files in a folder: those that neither write with SQL nor ask for types of columns. */
export const onFiles: readonly string[] = [
  "backfill",
  "commit-every",
  "concurrency",
  "contracts",
  "given-up",
  "incremental",
  "incremental-partitions",
  "incremental-state",
  "max-duration",
  "row-schema",
  "separate-steps",
  "sources",
  "state",
  "state-schema",
  "state-size",
  "state-values",
  "write-dispositions",
];

/** LEAT_TEST_ADDED=1: right after `npm test`, only what that did not run. */
const isAfterNpmTest = process.env["LEAT_TEST_ADDED"] === "1";
const servers = ["test/{interop,install,servers}/**/*.test.ts"];

/** Files that run on each destination, for that with a server. */
function withServers(): string[] {
  const files = ["src", "test/e2e"].flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => `${folder}/${file}`));
  return files.filter((file) => file.endsWith(".test.ts") && /\/destinations\.ts"/.test(readFileSync(file, "utf8")));
}

// What `npm run test:all` runs: everything of `npm test`, and what needs more than Node and this folder: Python with the real dlt, servers, other versions
// of Node. Projects do not extend the other configuration, since lists of files would be joined.
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        ...config,
        test: {
          ...config.test,
          name: "all",
          include: isAfterNpmTest ? [...servers, ...withServers()] : [...(config.test?.include ?? []), ...servers],
          ...(isAfterNpmTest ? { typecheck: { enabled: false } } : {}),
          env: { LEAT_TEST_ALL: "1" },
        },
      },
      ...(isAfterNpmTest ? [] : [kernel]),
      {
        ...config,
        test: {
          ...config.test,
          name: "postgres",
          include: onPostgres.map((name) => `test/e2e/${name}.test.ts`),
          typecheck: { enabled: false },
          env: { LEAT_TEST_ALL: "1", LEAT_TEST_ON: "postgres" },
        },
      },
      {
        ...config,
        test: {
          ...config.test,
          name: "sqlite",
          include: onSqlite.map((name) => `test/e2e/${name}.test.ts`),
          typecheck: { enabled: false },
          env: { LEAT_TEST_ALL: "1", LEAT_TEST_ON: "sqlite" },
        },
      },
      {
        ...config,
        test: {
          ...config.test,
          name: "files",
          include: onFiles.map((name) => `test/e2e/${name}.test.ts`),
          typecheck: { enabled: false },
          env: { LEAT_TEST_ALL: "1", LEAT_TEST_ON: "filesystem" },
        },
      },
    ],
  },
});
