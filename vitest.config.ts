import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { SlowFirst } from "./test/slow-first.ts";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Of each project, unless it says otherwise. */
export const shared: ViteUserConfig = {
  resolve: {
    // Examples import the package by its name; in tests that name means the sources.
    alias: [
      { find: /^leat$/, replacement: source("index.ts") },
      { find: /^leat\/destinations\/(.+)$/, replacement: source("destinations/$1/index.ts") },
      { find: /^leat\/destination-kit$/, replacement: source("destination-kit/index.ts") },
      { find: /^leat\/testing$/, replacement: source("testing/index.ts") },
    ],
  },
  test: {
    include: ["src/**/*.test.ts", "test/{architecture,cli,crash,e2e,fuzz,package}/**/*.test.ts"],
    // Type tests and what they import: all of the project is what `npm run types` is for.
    typecheck: { enabled: true, include: ["src/**/*.test-d.ts"], tsconfig: "./tsconfig.type-tests.json" },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The built package runs as it is.
    server: { deps: { external: [/\/dist\/.*\.js$/, /\/test\/crash\/world\.mjs$/] } },
    pool: "forks",
    maxWorkers: 2,
  },
};

/** Files of test/e2e that run again with all rows on the kernel, few as they are: those about what becomes of documents and values. */
const onKernel: readonly string[] = [
  "arrow",
  "awkward-names",
  "bad-rows",
  "contracts",
  "csv-jobs",
  "detections",
  "feature-schema",
  "hints",
  "long-names",
  "merge-vectors",
  "naming",
  "normalize-warnings",
  "pages-of-rows",
  "raw-json",
  "recorded-documents",
  "replace-vectors",
  "row-forms",
  "row-schema",
  "schema-evolution",
  "table-nesting",
  "table-of-a-row",
  "told-discards",
];

/** See `LEAT_KERNEL_MIN_BYTES` in src/normalize/normalize-package.ts. */
export const kernel: ViteUserConfig = {
  ...shared,
  test: {
    ...shared.test,
    name: "kernel",
    include: ["test/fuzz/*.test.ts", ...onKernel.map((name) => `test/e2e/${name}.test.ts`)],
    typecheck: { enabled: false },
    env: { LEAT_KERNEL_MIN_BYTES: "0" },
  },
};

// Projects do not extend each other, since lists of files would be joined.
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
    projects: [{ ...shared, test: { ...shared.test, name: "main" } }, kernel],
  },
});
