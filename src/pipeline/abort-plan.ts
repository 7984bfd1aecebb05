import { join } from "node:path";
import { ConfigError } from "../core/errors.ts";
import type { Destination } from "../destination-kit/contract.ts";
import { destinationFactories } from "../destinations/registry.ts";
import { PackageStore } from "../load-package/package-store.ts";
import { type LocalPipelineInfo, readLocalPipeline } from "./local-info.ts";
import { pipeline } from "./pipeline.ts";

/** What giving up the pending packages of a pipeline would do, and how it is done without its script. */
export interface AbortPlan {
  readonly packages: LocalPipelineInfo["pendingPackages"];
  /** Gives the load ids of those that were given up: one that turns out to be in the destination is completed instead. */
  abort(): Promise<{ readonly loadIds: readonly string[] }>;
}

/** Reads files only. Throws ConfigError when there is no such pipeline, or when its destination has to be asked and is not known. */
export function abortPlan(pipelinesDir: string, name: string): AbortPlan {
  const { pendingPackages: packages, state } = readLocalPipeline(pipelinesDir, name);
  return {
    packages,
    abort: async () => {
      const store = new PackageStore(join(pipelinesDir, name));
      const mustAsk = store.normalized().some((folder) => folder.mayBeCommitted);
      const destination = await knownDestination(state);
      if (mustAsk && destination === undefined) {
        throw new ConfigError(
          `A package of pipeline \`${name}\` may be in the destination already, and nothing here says where that is. Call abortPackages() in its script.`,
        );
      }
      return await pipeline({
        name,
        pipelinesDir,
        progress: "none",
        ...(state === null ? {} : { datasetName: state.dataset_name }),
        ...(destination === undefined ? {} : { destination }),
      }).abortPackages();
    },
  };
}

/** Undefined when the local state does not say where the data is. */
async function knownDestination(state: LocalPipelineInfo["state"]): Promise<Destination | undefined> {
  const place = state?._local?.leat_destination_place;
  const type = state?.destination_type?.split(".").at(-1);
  const create = type === undefined ? undefined : destinationFactories.get(type);
  if (state === null || type === undefined || place === undefined || create === undefined) return undefined;
  return await create({ name: state.destination_name ?? type, path: place });
}
