import type { Duration } from "../../core/duration.ts";
import type { CapabilityOverrides, Destination, OpenContext, StagingSettings } from "../../destination-kit/index.ts";
import { sqlDestination } from "../../destination-kit/index.ts";
import { connectPostgres, type PostgresLocation, postgresPlace } from "../../drivers/postgres.ts";
import type { PostgresTls } from "../../drivers/postgres-tls.ts";
import type { ReplaceStrategy } from "../../schema/hint-options.ts";
import { capabilities } from "./capabilities.ts";
import { parseCredentials, postgresConfig } from "./config.ts";
import { postgresDialect, uniquePostgresDialect, withoutMerge } from "./dialect.ts";
import { checkTls, postgresLocation } from "./location.ts";

/** What is not given is looked up in `destination.postgres` of the config, or under its `name`. */
export interface PostgresOptions extends StagingSettings {
  /** `postgresql://user:password@host:5432/database?sslmode=require`. The other options count before what it says. */
  readonly connectionString?: string;
  /** Name in config and state. Default `postgres`. */
  readonly name?: string;
  /** Name or address of the server, or the folder of its socket. Default `localhost`. */
  readonly host?: string;
  /** Default 5432. */
  readonly port?: number;
  /** The database. It has to be given somewhere, else there is a ConfigError. */
  readonly database?: string;
  /** Default: the user of this process. */
  readonly username?: string;
  /** Default none. */
  readonly password?: string;
  /** True: encrypted, and the server's certificate is checked. False: not encrypted. Default: encrypted where the server can, unchecked; see `sslmode`. */
  readonly ssl?: boolean | { readonly ca?: string; readonly rejectUnauthorized?: boolean };
  /** How long to wait for a connection. Default `15s`. */
  readonly connectTimeout?: Duration;
  /** How long a statement may take. Default: what the server says. */
  readonly statementTimeout?: Duration;
  /** How long to wait for the locks of others. Default: what the server says. */
  readonly lockTimeout?: Duration;
  /** Creates UNIQUE constraints for columns with the hint `unique`, such as `_dlt_id`. Default true. */
  readonly createIndexes?: boolean;
  /** What the destination is to be used for: fewer formats or strategies, the preferred one first; shorter names; a naming convention. */
  readonly capabilities?: CapabilityOverrides;
}

/** PostgreSQL. Needs the packages pg, pg-copy-streams and pg-cursor. A connection string, or options; what is not given is looked up. */
export function postgres(connection?: string | PostgresOptions): Destination<"postgres"> {
  const options = typeof connection === "string" ? { connectionString: connection } : (connection ?? {});
  return sqlDestination({
    type: "postgres",
    name: options.name,
    dltType: "dlt.destinations.postgres",
    capabilities,
    overrides: options.capabilities,
    describe: async (context) => postgresPlace((await settle(options, context)).location),
    async connect(context) {
      const { location, createIndexes, ...staging } = await settle(options, context);
      const driver = await connectPostgres(location);
      const dialect = createIndexes ? uniquePostgresDialect : postgresDialect;
      return { driver, dialect: driver.version < 15 ? withoutMerge(dialect) : dialect, ...staging };
    },
  });
}

interface Settled {
  readonly location: PostgresLocation;
  readonly createIndexes: boolean;
  readonly replaceStrategy: ReplaceStrategy | undefined;
  readonly stagingDatasetNameLayout: string | undefined;
}

/** What the code says counts; the rest is looked up. */
async function settle(options: PostgresOptions, context: OpenContext): Promise<Settled> {
  const { connectionString, host, port, database, username, password, connectTimeout } = options;
  const fromUrl = connectionString === undefined ? {} : parseCredentials(connectionString);
  const given = Object.entries({ host, port, database, username, password, connectTimeout }).filter(([, value]) => value !== undefined);
  const config = await context.config(postgresConfig, {
    credentials: { ...fromUrl, ...Object.fromEntries(given) },
    statementTimeout: options.statementTimeout,
    lockTimeout: options.lockTimeout,
    createIndexes: options.createIndexes,
    replaceStrategy: options.replaceStrategy,
    stagingDatasetNameLayout: options.stagingDatasetNameLayout,
  });
  const location = await postgresLocation(config, context.cwd);
  const tls = await checkTls({ ...location.tls, ...tlsOf(options.ssl) });
  const { createIndexes, replaceStrategy, stagingDatasetNameLayout } = config;
  return { location: { ...location, tls }, createIndexes, replaceStrategy, stagingDatasetNameLayout };
}

/** What it leaves open is as the URL says. */
function tlsOf(ssl: PostgresOptions["ssl"]): PostgresTls {
  if (ssl === undefined) return {};
  if (ssl === false) return { mode: "disable" };
  const { ca, rejectUnauthorized = true } = ssl === true ? {} : ssl;
  // With an authority `require` would check.
  return rejectUnauthorized ? { mode: "verify-full", ...(ca === undefined ? {} : { ca }) } : { mode: "require", ca: undefined };
}
