import { LoadSessions } from "../load/load-sessions.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { StepHost } from "./step-host.ts";

/** The sessions that packages are loaded with, one for each dataset that they go to. */
export class DatasetSessions implements AsyncDisposable {
  readonly #host: StepHost;
  readonly #byDataset = new Map<string, LoadSessions>();

  constructor(host: StepHost) {
    this.#host = host;
  }

  of(folder: PackageFolder): LoadSessions {
    const datasetName = datasetOfPackage(this.#host, folder);
    let sessions = this.#byDataset.get(datasetName);
    if (sessions === undefined) {
      sessions = new LoadSessions(() => this.#host.open({ datasetName }));
      this.#byDataset.set(datasetName, sessions);
    }
    return sessions;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sessions of this.#byDataset.values()) await sessions[Symbol.asyncDispose]();
  }
}

/** Where the rows of a package go. */
function datasetOfPackage({ isSingleDataset, pipeline, datasetOf }: StepHost, folder: PackageFolder): string {
  return isSingleDataset ? pipeline.datasetName : datasetOf(folder.readSchema().name);
}
