import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { duckdb } from "../destinations/duckdb/index.ts";
import { openPipeline } from "../pipeline/pipeline.ts";
import type { PipelineOptions } from "../pipeline/pipeline-options.ts";
import type { Pipeline } from "../pipeline/pipeline-type.ts";

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

const folders = new Set<string>();

function temporaryFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "leat-"));
  if (folders.size === 0) process.once("exit", () => folders.forEach(removeFolder));
  folders.add(folder);
  return folder;
}

/** It stays in the list: who uses a pipeline after it was disposed of makes the folder again. */
function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
