import type { Duration } from "../../core/duration.ts";
import { ConfigError } from "../../core/errors.ts";
import {
  type CapabilityOverrides,
  type Destination,
  jobDestination,
  type OpenContext,
  overrideCapabilities,
} from "../../destination-kit/index.ts";
import { capabilities } from "./capabilities.ts";
import { type DummyConfig, dummyConfig } from "./config.ts";
import { dummyTarget } from "./target.ts";

/** How the dummy destination fails. What is left out is looked up under `destination.dummy`. */
export interface DummyOptions {
  /** Name in config and state. Default `dummy`. */
  readonly name?: string;
  /** How likely a job fails for good, 0 to 1. Default 0. In config: `fail_prob`. */
  readonly failProbability?: number;
  /** How likely a job fails of something passing, so that it is tried again. Default 0. In config: `retry_prob`. */
  readonly retryProbability?: number;
  /** How likely a job fails with an error that is none of leat's; it is tried again. Default 0. In config: `exception_prob`. */
  readonly exceptionProbability?: number;
  /** How likely a job that did not fail is done; else it is asked again after a tenth of a second. Default 1. In config: `completed_prob`. */
  readonly completedProbability?: number;
  /** The jobs of these tables fail for good. In config: `fail_table_names`. */
  readonly failTableNames?: readonly string[];
  /** Fails for good before the jobs begin, or with `"transiently"` of something passing. Default false. In config: `fail_schema_update`, `fail_schema_update_transiently`. */
  readonly failSchemaInit?: boolean | "transiently";
  /** A job that is not done by then fails for good. Default `10s`. */
  readonly timeout?: Duration;
  /** So many jobs begin in a second. Default no limit. */
  readonly loadsPerSecond?: number;
  /** The dice: gives 0 to 1, without 1. Default chance; one that is always the same makes a test repeatable. */
  readonly random?: () => number;
  /** What the destination is to be used for: fewer formats, the preferred one first; shorter names; a naming convention. */
  readonly capabilities?: CapabilityOverrides;
}

/** Stores nothing; fails as told. For tests of what a program does then, and for runs whose rows are not wanted. Throws ConfigError. */
export function dummy(options: DummyOptions = {}): Destination<"dummy"> {
  const { name = "dummy", random = Math.random } = options;
  return jobDestination({
    type: "dummy",
    name,
    dltType: "dlt.destinations.dummy",
    capabilities: overrideCapabilities(name, capabilities, options.capabilities),
    describe: async () => name,
    async connect(context) {
      return dummyTarget({ name, config: await settle(options, context), random, cancelled: context.signal });
    },
  });
}

/** What the code says counts; the rest is looked up. */
async function settle(options: DummyOptions, context: OpenContext): Promise<DummyConfig> {
  const { failSchemaInit } = options;
  const config = await context.config(dummyConfig, {
    ...(failSchemaInit === undefined
      ? {}
      : { failSchemaUpdate: failSchemaInit === true, failSchemaUpdateTransiently: failSchemaInit === "transiently" }),
    failProb: options.failProbability,
    retryProb: options.retryProbability,
    exceptionProb: options.exceptionProbability,
    completedProb: options.completedProbability,
    failTableNames: options.failTableNames,
    timeout: options.timeout,
    loadsPerSecond: options.loadsPerSecond,
  });
  for (const [setting, value] of Object.entries(config))
    if (setting.endsWith("Prob") && !(Number(value) >= 0 && Number(value) <= 1))
      throw new ConfigError(`\`${setting.replace("Prob", "Probability")}\` of the dummy destination has to be from 0 to 1.`);
  if (config.loadsPerSecond !== undefined && !(config.loadsPerSecond > 0))
    throw new ConfigError("`loadsPerSecond` of the dummy destination has to be more than 0.");
  return config;
}
