import { namingConvention } from "../../schema/naming/naming-convention.ts";
import type { Capabilities } from "../capabilities.ts";
import type { DestinationContract, LoadSession, OpenContext } from "../contract.ts";
import type { SqlDialect } from "./dialect.ts";
import type { SqlDriver } from "./driver.ts";
import { destinationError } from "./failure.ts";
import { SqlSession } from "./sql-session.ts";

export interface SqlDestinationOptions<Type extends string> {
  readonly type: Type;
  /** Default: the type. */
  readonly name?: string | undefined;
  readonly dltType: string;
  readonly capabilities: Capabilities;
  describe(context: OpenContext): Promise<string>;
  /** Opens one connection. Throws DriverFailure. */
  connect(context: OpenContext): Promise<SqlTarget>;
  /** Where something is kept between connections. */
  close?(): Promise<void>;
}

export interface SqlTarget {
  readonly driver: SqlDriver;
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
    close: async () => await options.close?.(),
    async open(context: OpenContext): Promise<LoadSession> {
      const target = await options.connect(context).catch((error: unknown) => Promise.reject(destinationError(error, name)));
      return new SqlSession({ destination: name, dataset: datasetIdentifier(context.datasetName), capabilities, ...target });
    },
  });
}

/** A dataset is a namespace of the database and gets its name as a table gets its. */
function datasetIdentifier(datasetName: string): string {
  return namingConvention("snake_case").normalizeTableIdentifier(datasetName);
}
