import { resolve } from "node:path";
import { readLocalPipeline } from "../pipeline/local-info.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import { print, printJson } from "./output.ts";
import { pipelineText } from "./pipeline-text.ts";

export interface ShowOptions {
  readonly pipelinesDir?: string;
  readonly json?: boolean;
  /** 1: with state, 2: and with columns. */
  readonly verbose: number;
}

export function showPipeline(name: string, options: ShowOptions): void {
  const info = readLocalPipeline(resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env)), name);
  if (options.json) printJson(info);
  else print(pipelineText(info, options.verbose));
}
