import type { ReplaceStrategy } from "../../schema/hint-options.ts";
import type { Capabilities } from "../capabilities.ts";
import type { DestinationContract, LoadSession, OpenContext } from "../contract.ts";
import { type CapabilityOverrides, overrideCapabilities } from "../override-capabilities.ts";
import { datasetIdentifier, stagingDatasetName } from "./dataset-name.ts";
import type { SqlDialect } from "./dialect.ts";
import type { SqlDriver } from "./driver.ts";
import { destinationError } from "./failure.ts";
import { SqlSession } from "./sql-session.ts";
import type { SqlParts } from "./sql-transactions.ts";

/** What the author of a SQL destination gives: see `src/destinations/duckdb/` for an example. */
export interface SqlDestinationOptions<Type extends string> {
  /** What the destination is: one word, such as `duckdb`. */
  readonly type: Type;
  /** Default: the type. */
  readonly name?: string | undefined;
  /** What dlt calls it in state documents, such as `dlt.destinations.duckdb`. */
  readonly dltType: string;
  /** What the database can do. */
  readonly capabilities: Capabilities;
  /** What the program says otherwise about them. */
  readonly overrides?: CapabilityOverrides | undefined;
  /** Where the data is, for people: a path or a host, no secrets. Opens nothing. */
  describe(context: OpenContext): Promise<string>;
  /** Opens one connection. `datasets` are the names in the database of those it is for: that of the rows, and that of the state where it is another one. Throws DriverFailure. */
  connect(context: OpenContext, datasets: readonly string[]): Promise<SqlTarget>;
  /** A value in a statement; undefined, and by default, the usual form. */
  literal?(value: unknown): string | undefined;
  /** As in `SqlDialect`. */
  incomparableDecimal?(expression: string): string;
  /** Where something is kept between connections. */
  close?(): Promise<void>;
}

/** One connection, and how its database spells statements. */
export interface SqlTarget {
  /** The connection. */
  readonly driver: SqlDriver;
  /** What its statements look like. */
  readonly dialect: SqlDialect;
  /** How tables are replaced that do not say it. Default the first of the capabilities. */
  readonly replaceStrategy?: ReplaceStrategy | undefined;
  /** The dataset where new rows wait: a name, with `%s` for the name of the dataset. Default none: they wait in temporary tables. */
  readonly stagingDatasetNameLayout?: string | undefined;
}

/** A destination whose packages are transactions of a SQL database. */
export function sqlDestination<Type extends string>(options: SqlDestinationOptions<Type>): DestinationContract<Type> {
  const { type, name = type, dltType } = options;
  const capabilities = overrideCapabilities(name, options.capabilities, options.overrides);
  return Object.freeze({
    type,
    name,
    "~destination": 1 as const,
    dltType,
    capabilities,
    describe: (context: OpenContext) => options.describe(context),
    literal: (value: unknown) => options.literal?.(value),
    ...(options.incomparableDecimal === undefined ? {} : { incomparableDecimal: options.incomparableDecimal }),
    close: async () => await options.close?.(),
    async open(context: OpenContext): Promise<LoadSession> {
      const datasets = datasetsOf(context, capabilities);
      const [dataset, stateDataset] = datasets;
      const connect = async (): Promise<SqlParts> => {
        const { stagingDatasetNameLayout: layout, ...target } = await options.connect(context, datasets);
        const stagingDataset = stagingDatasetName(layout, dataset!, capabilities);
        return { destination: name, dataset: dataset!, stateDataset, stagingDataset, capabilities, ...target };
      };
      const parts = await connect().catch((error: unknown) => Promise.reject(destinationError(error, name)));
      return new SqlSession(parts, context.atomic === false ? { workers: context.loadWorkers ?? defaultWorkers, connect } : undefined);
    },
  });
}

/** Connections to a server are dear. */
const defaultWorkers = 4;

function datasetsOf({ datasetName, stateDatasetName = datasetName }: OpenContext, capabilities: Capabilities): readonly string[] {
  return [...new Set([datasetName, stateDatasetName].map((each) => datasetIdentifier(each, capabilities)))];
}
