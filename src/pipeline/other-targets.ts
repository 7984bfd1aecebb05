import { ConfigError } from "../core/errors.ts";
import type { Destination } from "../destination-kit/contract.ts";
import { UnsupportedError } from "../destination-kit/errors.ts";
import type { DestinationName, PipelineOptions } from "./pipeline-options.ts";
import type { OpenedPipeline } from "./pipeline-type.ts";
import type { RunTarget } from "./run-target.ts";

/** The options of a run that say where it goes. */
export const targetNames = ["destination", "datasetName", "credentials", "staging"] as const;

/** The same pipeline, by name and working directory, for other targets: each stays open as long as the pipeline, since a database in memory would be lost. */
export class OtherTargets {
  readonly #open: (target: RunTarget) => OpenedPipeline;
  readonly #opened: { readonly target: RunTarget; readonly pipeline: OpenedPipeline }[] = [];

  constructor(open: (target: RunTarget) => OpenedPipeline) {
    this.#open = open;
  }

  /** The pipeline to run, and the options without the target; undefined when the options say none. Throws ConfigError, UnsupportedError. */
  of<Options extends RunTarget>(
    options: Options,
  ): { readonly pipeline: OpenedPipeline; readonly options: Omit<Options, keyof RunTarget> } | undefined {
    const { destination, datasetName, credentials, staging, ...others } = options;
    if (staging !== undefined) throw noStaging(staging);
    checkCredentials(credentials);
    const target = { destination, datasetName, credentials };
    if (Object.values(target).every((value) => value === undefined)) return undefined;
    return { pipeline: this.#pipelineFor(target), options: others };
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map(({ pipeline }) => pipeline[Symbol.asyncDispose]()));
  }

  #pipelineFor(target: RunTarget): OpenedPipeline {
    const known = this.#opened.find((opened) => isSame(opened.target, target));
    if (known !== undefined) return known.pipeline;
    const pipeline = this.#open(target);
    this.#opened.push({ target, pipeline });
    return pipeline;
  }
}

/** The options of a pipeline that goes there. Credentials are no option of a pipeline. */
export function optionsFor(options: PipelineOptions, { destination, datasetName }: RunTarget): PipelineOptions {
  return { ...options, ...(destination === undefined ? {} : { destination }), ...(datasetName === undefined ? {} : { datasetName }) };
}

function isSame(one: RunTarget, other: RunTarget): boolean {
  return (
    one.destination === other.destination &&
    one.datasetName === other.datasetName &&
    JSON.stringify(one.credentials) === JSON.stringify(other.credentials)
  );
}

function checkCredentials(credentials: unknown): void {
  if (credentials === undefined || typeof credentials === "string") return;
  if (typeof credentials === "object" && credentials !== null && !Array.isArray(credentials)) return;
  throw new ConfigError("The `credentials` of a run are a text, such as a connection string, or an object with settings by name.");
}

function noStaging(staging: DestinationName | Destination): UnsupportedError {
  const name = typeof staging === "string" ? staging : staging.name;
  return new UnsupportedError("The option `staging`: this version of leat loads files straight into the destination. Leave it out.", {
    destination: name,
  });
}
