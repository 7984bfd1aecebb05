import { type ConfigOf, type ConfigSpec, type Field, field } from "../../config/field.ts";
import { durationMs } from "../../core/duration.ts";
import { ConfigError } from "../../core/errors.ts";
import { type Destination, jobDestination, type OpenContext } from "../../destination-kit/index.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { checkOptions } from "./check-options.ts";
import type { CustomDestinationOptions } from "./options.ts";
import { type CustomDestinationContext, functionTarget, type LoadFunction } from "./target.ts";

export type { CustomDestinationOptions } from "./options.ts";
export type { CustomDestinationContext } from "./target.ts";

type Loose = Record<string, unknown>;

/**
 * A function as destination (dlt: `@dlt.destination`): it gets the rows of each table in batches, or the path of each file when `batchSize` is 0. A batch whose call
 * resolved is not sent again, not even after a crash; one that throws is tried again, unless the error has `retryable: false`. State is kept on this machine only.
 * Throws ConfigError for options that cannot be.
 */
export function destination<Spec extends ConfigSpec = Record<never, never>>(
  name: string,
  options: CustomDestinationOptions<Spec> & { readonly batchSize: 0 },
  load: (path: string, context: CustomDestinationContext<ConfigOf<Spec>>) => Promise<void> | void,
): Destination<"custom">;
export function destination<Spec extends ConfigSpec = Record<never, never>, Row extends object = Loose>(
  name: string,
  options: CustomDestinationOptions<Spec>,
  load: (rows: readonly Row[], context: CustomDestinationContext<ConfigOf<Spec>>) => Promise<void> | void,
): Destination<"custom">;
export function destination(name: string, options: CustomDestinationOptions<ConfigSpec>, load: LoadFunction): Destination<"custom"> {
  checkOptions(name, options, load);
  const { batchSize, skipDltColumns, parallel, loaderParallelismStrategy, timeout } = options;
  return jobDestination({
    type: "custom",
    name,
    dltType: "dlt.destinations.destination",
    capabilities: capabilitiesOf(options),
    describe: async () => name,
    async parallelJobs({ loadWorkers = defaultWorkers }) {
      return loaderParallelismStrategy === "sequential" ? 1 : Math.min(parallel ?? loadWorkers, loadWorkers);
    },
    async connect(context) {
      const own = await context.config(ownConfig, { batchSize, skipDltColumnsAndTables: skipDltColumns });
      refuseBatchSize(name, batchSize, own.batchSize);
      const config = options.config === undefined ? Object.freeze({}) : await given(context, options.config);
      return functionTarget({
        name,
        load,
        config,
        batchSize: own.batchSize,
        skipDltColumns: own.skipDltColumnsAndTables,
        loaderParallelismStrategy,
        cancelled: context.signal,
        timeoutMs: timeout === undefined ? undefined : durationMs(timeout),
      });
    },
  });
}

/** What dlt loads at once. */
const defaultWorkers = 20;

const ownConfig: { readonly batchSize: Field<number>; readonly skipDltColumnsAndTables: Field<boolean> } = {
  batchSize: field.count("Rows per call of the function.", { default: 10 }),
  skipDltColumnsAndTables: field.flag("Leave out columns and tables whose names begin with `_dlt`.", { default: true }),
};

async function given<Spec extends ConfigSpec>(context: OpenContext, spec: Spec): Promise<ConfigOf<Spec>> {
  return await context.config(spec, {});
}

/** A function that is written for rows cannot be handed paths from outside. */
function refuseBatchSize(name: string, asked: number | undefined, found: number): void {
  if (found > 0 || asked === 0) return;
  throw new ConfigError(
    `The setting \`destination.${name}.batch_size\` is 0: only the code can ask for paths in place of rows. Set 1 or more.`,
  );
}
