import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SchemaDocument } from "../schema/document.ts";
import type { DescribedDataset } from "../schema/formats/dataset-types.ts";
import type { PipelineState } from "../state/document.ts";
import { attach } from "./attach.ts";
import { localFolder, whileItMoves } from "./local-info.ts";
import { LocalStore } from "./local-store.ts";

/** The datasets that a pipeline loads, and the schemas of each. */
export interface KnownSchemas {
  readonly pipelineName: string;
  /** By the names that programs know. None before the first extract. */
  readonly datasets: readonly DescribedDataset[];
}

/** What the working directory of a pipeline says, be it leat's or dlt's. Throws ConfigError when there is none. */
export function localSchemas(pipelinesDir: string, name: string): KnownSchemas {
  return whileItMoves(() => schemasIn(localFolder(pipelinesDir, name), name));
}

export interface StoredSchemasTarget {
  readonly name: string;
  readonly pipelinesDir: string;
  readonly destination: string;
  /** Default that of the working directory, if there is one, else `<name>_dataset`. */
  readonly datasetName?: string | undefined;
}

/** What the destination stores of a pipeline. Nothing on this machine changes. Throws ConfigError when nothing is stored there. */
export async function storedSchemas({ name, pipelinesDir, destination, datasetName }: StoredSchemasTarget): Promise<KnownSchemas> {
  const state = new LocalStore(join(pipelinesDir, name)).readState();
  const dataset = datasetName ?? state?.dataset_name;
  const folder = mkdtempSync(join(tmpdir(), "leat-types-"));
  const options = {
    destination,
    pipelinesDir: folder,
    progress: "none" as const,
    ...(dataset === undefined ? {} : { datasetName: dataset }),
    ...(state?._local?.leat_single_dataset === false ? { useSingleDataset: false } : {}),
  };
  try {
    await using pipeline = await attach(name, options);
    return schemasIn(pipeline.workingDir, name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function schemasIn(workingDir: string, pipelineName: string): KnownSchemas {
  const local = new LocalStore(workingDir);
  const state = local.readState();
  const datasets = new Map<string, SchemaDocument[]>();
  for (const schema of local.readSchemas().values()) {
    const name = datasetOf(schema.name, pipelineName, state);
    datasets.set(name, [...(datasets.get(name) ?? []), schema]);
  }
  return { pipelineName, datasets: [...datasets].map(([name, schemas]) => ({ name, schemas })) };
}

function datasetOf(schemaName: string, pipelineName: string, state: PipelineState | undefined): string {
  const first = state === undefined ? `${pipelineName}_dataset` : givenName(state);
  const isFirst = state?._local?.leat_single_dataset !== false || schemaName === state.default_schema_name;
  return isFirst ? first : `${first}_${schemaName}`;
}

/** Without the time that dev mode puts behind it: programs do not know that. */
function givenName({ dataset_name: name, _local }: PipelineState): string {
  return _local?.["_dev_mode"] === true ? name.replace(/_\d{14}$/, "") : name;
}
