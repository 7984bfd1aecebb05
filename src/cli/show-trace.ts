import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { readLocalPipeline } from "../pipeline/local-info.ts";
import { readTrace } from "../pipeline/trace-file.ts";
import { print, printJson } from "./output.ts";
import { pipelinesDirOf } from "./state-pipeline.ts";
import { traceText } from "./trace-text.ts";

export interface ShowTraceOptions {
  readonly pipelinesDir?: string;
  readonly json?: boolean;
  /** 1: with settings and what each step did, 2: and with the stacks of errors. */
  readonly verbose: number;
}

/** Shows what the last call did. Reads one file, and changes nothing. */
export function showTrace(name: string, options: ShowTraceOptions): void {
  const pipelinesDir = pipelinesDirOf(options);
  const workingDir = join(pipelinesDir, name);
  const trace = readTrace(workingDir);
  if (trace === undefined) {
    // Says so when there is no such pipeline.
    readLocalPipeline(pipelinesDir, name);
    throw noTrace(name, workingDir);
  }
  if (options.json) printJson(trace);
  else print(traceText(trace, options.verbose));
}

function noTrace(name: string, workingDir: string): ConfigError {
  const ofDlt = existsSync(join(workingDir, "trace.pickle")) ? " That of dlt (`trace.pickle`) is for `dlt pipeline NAME trace`." : "";
  return new ConfigError(`No trace of pipeline \`${name}\` is kept in \`${workingDir}\`: leat has not run it here yet.${ofDlt}`);
}
