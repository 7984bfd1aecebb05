import { join } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { PackageStore } from "../load-package/package-store.ts";
import { knownDestination, openLocal } from "./attach.ts";
import { type LocalPipelineInfo, readLocalPipeline } from "./local-info.ts";
import { openPipeline } from "./pipeline.ts";

/** What giving up the pending packages of a pipeline would do, and how it is done without its script. */
export interface AbortPlan {
  readonly packages: LocalPipelineInfo["pendingPackages"];
  /** Gives the load ids of those that were given up: one that turns out to be in the destination is completed instead. */
  abort(): Promise<{ readonly loadIds: readonly string[] }>;
}

/** Reads files only. Throws ConfigError when there is no such pipeline, or when its destination has to be asked and is not known. */
export function abortPlan(pipelinesDir: string, name: string, { from }: { readonly from?: string | undefined } = {}): AbortPlan {
  const { pendingPackages, state } = readLocalPipeline(pipelinesDir, name);
  const packages = pendingPackages.filter(({ loadId }) => from === undefined || loadId >= from);
  return {
    packages,
    abort: async () => {
      const store = new PackageStore(join(pipelinesDir, name));
      const mustAsk = store.normalized().some((folder) => folder.mayBeCommitted);
      const isKnown = state !== null && (await knownDestination(state)) !== undefined;
      if (mustAsk && !isKnown) {
        throw new ConfigError(
          `A package of pipeline \`${name}\` may be in the destination already, and nothing here says where that is. Call abortPackages() in its script.`,
        );
      }
      const options = { pipelinesDir, progress: "none" } as const;
      // Where nothing has to be asked any destination will do: it stays closed.
      const opened = isKnown ? await openLocal(name, state, options) : openPipeline({ name, ...options });
      return await (from === undefined ? opened.abortPackages() : opened.abortPackagesFrom(from));
    },
  };
}
