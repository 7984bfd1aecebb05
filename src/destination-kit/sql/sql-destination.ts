import { namingConvention } from "../../schema/naming/naming-convention.ts";
import type { Capabilities } from "../capabilities.ts";
import type { DestinationContract, LoadSession, OpenContext } from "../contract.ts";
import type { SqlDialect } from "./dialect.ts";
import type { SqlDriver } from "./driver.ts";
import { destinationError } from "./failure.ts";
import { SqlSession } from "./sql-session.ts";

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
}

/** A destination whose packages are transactions of a SQL database. */
export function sqlDestination<Type extends string>(options: SqlDestinationOptions<Type>): DestinationContract<Type> {
  const { type, name = type, dltType, capabilities } = options;
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
      const target = await options.connect(context, datasets).catch((error: unknown) => Promise.reject(destinationError(error, name)));
      return new SqlSession({ destination: name, dataset: dataset!, stateDataset, capabilities, ...target });
    },
  });
}

function datasetsOf({ datasetName, stateDatasetName = datasetName }: OpenContext, capabilities: Capabilities): readonly string[] {
  return [...new Set([datasetName, stateDatasetName].map((each) => datasetIdentifier(each, capabilities)))];
}

/** A dataset is a namespace of the database and gets its name as a table gets its. */
function datasetIdentifier(datasetName: string, { maxIdentifierLength: maxLength }: Capabilities): string {
  return namingConvention("snake_case", { maxLength }).normalizeTableIdentifier(datasetName);
}
