import { ConfigError } from "../core/errors.ts";
import { duckdb } from "../destinations/duckdb/index.ts";
import { openPipeline } from "../pipeline/pipeline.ts";
import type { PipelineOptions } from "../pipeline/pipeline-options.ts";
import type { Pipeline } from "../pipeline/pipeline-type.ts";
import { removeFolder, temporaryFolder } from "./temporary-folder.ts";

/** Options of `testPipeline()`: those of `pipeline()` without `pipelinesDir`, and a clock. */
export interface TestPipelineOptions extends Omit<PipelineOptions, "pipelinesDir"> {
  /** The clock of the pipeline: of load ids, of times that are stored, of infos and events. Default that of the machine. */
  readonly now?: () => Date;
}

/**
 * A pipeline for a test: its working directory is a temporary folder of its own, its data is in a DuckDB database in memory that nobody shares.
 * `await using` removes both, else the end of the process does. Defaults: `name: "test"`, `progress: "none"`; all other options as those of pipeline().
 * Throws ConfigError.
 */
export function testPipeline(options: TestPipelineOptions = {}): Pipeline {
  if ("pipelinesDir" in options) throw new ConfigError("testPipeline() works in a temporary folder: leave out `pipelinesDir`.");
  const { now, ...given } = options;
  const pipelinesDir = temporaryFolder();
  const p = openPipeline({ name: "test", destination: duckdb(":memory:"), progress: "none", ...given, pipelinesDir }, { now });
  const close = p[Symbol.asyncDispose].bind(p);
  Object.defineProperty(p, Symbol.asyncDispose, {
    value: async () => {
      await close();
      removeFolder(pipelinesDir);
    },
  });
  return p;
}
