import type { ConfigOf, ConfigOverrides, ConfigSpec } from "../config/spec.ts";
import type { Runtime } from "../core/runtime.ts";
import type { DestinationContract, LoadSession } from "../destination-kit/contract.ts";
import type { RunningPipeline } from "../extract/running.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import type { CustomNaming } from "../schema/naming/custom-naming.ts";
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
  readonly naming: string;
  /** What the options of the pipeline say, if anything. */
  readonly askedNaming: string | undefined;
  /** The convention that the options give, where it is none of leat's. */
  readonly customNaming: CustomNaming | undefined;
  readonly schemaFiles: SchemaFiles;
  /** State is read from and written to the destination. */
  readonly restoresState: boolean;
  readonly extract: { readonly workers: number; readonly maxParallelItems: number; readonly order: "fifo" | "round_robin" };
  readonly normalize: NormalizeSettings;
  readonly load: {
    readonly deleteCompletedJobs: boolean;
    readonly maxRetries: number;
    readonly truncateStaging: boolean;
    /** A load may begin before its package is complete. */
    readonly early: boolean;
  };
  readonly state: StateLimits;
  /** What was asked of this run, of the pipeline or of its config. */
  readonly parts: RunParts;
  config<Spec extends ConfigSpec>(
    spec: Spec,
    options: { readonly overrides: ConfigOverrides<Spec>; readonly sections: readonly string[] },
  ): Promise<ConfigOf<Spec>>;
  /** With `mustExist` a database that is not there is not created. `datasetName` is another dataset of the destination. */
  open(options?: { readonly mustExist?: boolean; readonly datasetName?: string; readonly stateDatasetName?: string }): Promise<LoadSession>;
  /** All schemas are in one dataset. */
  readonly isSingleDataset: boolean;
  /** Where the tables of a schema are. The default schema is that of the local state, unless it is given. */
  datasetOf(schemaName: string, defaultSchemaName?: string | null): string;
  /** Where the data is, as the destination says. Looks up its config. */
  place(): Promise<string>;
  newState(): PipelineState;
}
