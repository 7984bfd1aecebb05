import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { SlowFirst } from "./test/slow-first.ts";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
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
    sequence: { sequencer: SlowFirst },
  },
});
