import { defineConfig } from "vitest/config";

// What `npm run test:all` runs on top of `npm test`: tests that need Python with the real dlt.
export default defineConfig({
  test: {
    include: ["test/interop/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
