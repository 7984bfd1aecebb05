import { defineConfig, mergeConfig } from "vitest/config";
import config from "./vitest.config.ts";

// What `npm run test:all` runs: everything of `npm test`, and what needs more than Node and this folder (Python with the real dlt, other versions of Node).
export default mergeConfig(config, defineConfig({ test: { include: ["test/{interop,install}/**/*.test.ts"] } }));
