import type { ConfigOf, ConfigOverrides, ConfigSpec } from "../config/spec.ts";
import type { Runtime } from "../core/runtime.ts";
import type { DestinationContract, LoadSession } from "../destination-kit/contract.ts";
import type { RunningPipeline } from "../extract/running.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import type { NamingName } from "../schema/naming/naming-convention.ts";
import type { PipelineState } from "../state/document.ts";
import type { LocalStore } from "./local-store.ts";
import type { NormalizeSettings } from "./normalize-settings.ts";
import type { RunContext } from "./run-context.ts";
import type { RunParts } from "./run-parts.ts";
import type { SchemaFiles } from "./schema-files.ts";
import type { StateLimits } from "./state-size.ts";

/** What the steps of one run work with. */
export interface StepHost {
  readonly pipeline: RunningPipeline;
  readonly context: RunContext;
  readonly runtime: Runtime;
  readonly local: LocalStore;
  readonly store: PackageStore;
  readonly destination: DestinationContract;
  readonly naming: NamingName;
  /** What the options of the pipeline say, if anything. */
  readonly askedNaming: NamingName | undefined;
  readonly schemaFiles: SchemaFiles;
  /** State is read from and written to the destination. */
  readonly restoresState: boolean;
  readonly extract: { readonly workers: number; readonly maxParallelItems: number; readonly order: "fifo" | "round_robin" };
  readonly normalize: NormalizeSettings;
  readonly load: { readonly deleteCompletedJobs: boolean; readonly maxRetries: number };
  readonly state: StateLimits;
  /** What was asked of this run, of the pipeline or of its config. */
  readonly parts: RunParts;
  config<Spec extends ConfigSpec>(
    spec: Spec,
    options: { readonly overrides: ConfigOverrides<Spec>; readonly sections: readonly string[] },
  ): Promise<ConfigOf<Spec>>;
  /** With `mustExist` a database that is not there is not created. `datasetName` is another dataset of the destination. */
  open(options?: { readonly mustExist?: boolean; readonly datasetName?: string }): Promise<LoadSession>;
  /** Where the data is, as the destination says. Looks up its config. */
  place(): Promise<string>;
  newState(): PipelineState;
}
