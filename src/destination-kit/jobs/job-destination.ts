import type { Capabilities } from "../capabilities.ts";
import type { DestinationContract, LoadSession, OpenContext } from "../contract.ts";
import { destinationError } from "../sql/failure.ts";
import { JobSession } from "./job-session.ts";
import type { JobTarget } from "./job-target.ts";

/** What a destination is made of that takes files one by one. */
export interface JobDestinationOptions<Type extends string> {
  readonly type: Type;
  /** Default: the type. */
  readonly name?: string | undefined;
  readonly dltType: string;
  readonly capabilities: Capabilities;
  describe(context: OpenContext): Promise<string>;
  /** Throws DriverFailure. */
  connect(context: OpenContext): Promise<JobTarget>;
  /** So many jobs are loaded at once; default what `load.workers` says. */
  parallelJobs?(context: OpenContext): Promise<number | undefined>;
  /** A value in a statement; undefined, and by default, the usual form. */
  literal?(value: unknown): string | undefined;
  /** Where something is kept between connections. */
  close?(): Promise<void>;
}

/** A destination without transactions: files are loaded one by one, and a record that is written last makes a package count. */
export function jobDestination<Type extends string>(options: JobDestinationOptions<Type>): DestinationContract<Type> {
  const { type, name = type, dltType } = options;
  const capabilities: Capabilities = { ...options.capabilities, commit: "record" };
  return Object.freeze({
    type,
    name,
    "~destination": 1 as const,
    dltType,
    capabilities,
    describe: (context: OpenContext) => options.describe(context),
    literal: (value: unknown) => options.literal?.(value),
    close: async () => await options.close?.(),
    async open(context: OpenContext): Promise<LoadSession> {
      const target = await options.connect(context).catch((error: unknown) => Promise.reject(destinationError(error, name)));
      const workers = (await options.parallelJobs?.(context)) ?? context.loadWorkers ?? defaultWorkers;
      return new JobSession({ destination: name, capabilities, target, workers });
    },
  });
}

/** As many as dlt loads at once. */
const defaultWorkers = 20;
