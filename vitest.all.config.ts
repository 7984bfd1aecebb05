import { defineConfig } from "vitest/config";

/** Files of test/e2e that run on a server too. Others do, test by test: see test/destinations.ts. */
const onServers = [
  "concurrency",
  "given-up",
  "merge",
  "merge-vectors",
  "separate-steps",
  "state",
  "state-commit",
  "state-edit",
  "state-size",
  "state-values",
  "write-dispositions",
];

// What `npm run test:all` runs: everything of `npm test`, and what needs more than Node and this folder: Python with the real dlt, servers, other versions
// of Node.
export default defineConfig({
  test: {
    // A configuration of projects is not inherited.
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: "./vitest.config.ts",
        test: {
          name: "all",
          include: [
            "src/**/*.test.ts",
            "test/{architecture,cli,crash,e2e,package}/**/*.test.ts",
            "test/{interop,install,servers}/**/*.test.ts",
          ],
          env: { LEAT_TEST_ALL: "1" },
        },
      },
      {
        extends: "./vitest.config.ts",
        test: {
          name: "postgres",
          include: [`test/e2e/{${onServers.join(",")}}.test.ts`],
          typecheck: { enabled: false },
          env: { LEAT_TEST_ALL: "1", LEAT_TEST_ON: "postgres" },
        },
      },
    ],
  },
});
