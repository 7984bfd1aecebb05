import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { openExisting } from "../pipeline/attach.ts";
import { openPipeline } from "../pipeline/pipeline.ts";
import type { PipelineOptions } from "../pipeline/pipeline-options.ts";
import type { OpenedPipeline } from "../pipeline/pipeline-type.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import type { SharedOptions } from "./shared-options.ts";

/** What all operations on a state take. */
export interface StateOptions extends SharedOptions {
  readonly pipelinesDir?: string;
  readonly destination?: string;
  readonly datasetName?: string;
}

/** To change its state: a pipeline that this machine does not know is restored from the destination first. */
export function openToChange(name: string, options: StateOptions): Promise<OpenedPipeline> {
  return openExisting(name, pipelineOptions(options));
}

/** To look at its state: nothing is written on this machine. */
export async function openToLook(name: string, options: StateOptions): Promise<OpenedPipeline> {
  const isKnown = existsSync(join(pipelinesDirOf(options), name, "state.json"));
  if (isKnown || options.destination === undefined) return await openToChange(name, options);
  return openPipeline({ name, ...pipelineOptions(options) });
}

export function pipelinesDirOf({ pipelinesDir }: StateOptions): string {
  return resolve(pipelinesDir ?? defaultPipelinesDir(process.env));
}

function pipelineOptions(options: StateOptions): Pick<PipelineOptions, "pipelinesDir" | "progress" | "destination" | "datasetName"> {
  const { destination, datasetName } = options;
  return {
    pipelinesDir: pipelinesDirOf(options),
    progress: "none",
    ...(destination === undefined ? {} : { destination }),
    ...(datasetName === undefined ? {} : { datasetName }),
  };
}
