import { type Duration, durationMs } from "../../core/duration.ts";
import type { CapabilityOverrides, Destination, OpenContext, StagingSettings } from "../../destination-kit/index.ts";
import { sqlDestination, stagingDatasetName } from "../../destination-kit/index.ts";
import { connectSqlite } from "../../drivers/sqlite.ts";
import { capabilities } from "./capabilities.ts";
import { parseCredentials, type SqliteConfig, sqliteConfig } from "./config.ts";
import { incomparableDecimal, sqliteDialect, uniqueSqliteDialect } from "./dialect.ts";
import { sqliteLiteral } from "./literal.ts";
import { databasePath } from "./location.ts";

/** What is not given is looked up in `destination.sqlite` of the config, or under its `name`. */
export interface SqliteOptions extends StagingSettings {
  /** A path, `:pipeline:` or a `sqlite:///` URL. The dataset `data` of `shop.db` is the file `shop__data.db` beside it. */
  readonly path?: string;
  /** Name in config and state. Default `sqlite`. */
  readonly name?: string;
  /** How long to wait while somebody else writes the file: such as `2m`. Default `30s`. */
  readonly busyTimeout?: Duration;
  /** Creates UNIQUE constraints for columns with the hint `unique`. Default false. */
  readonly createIndexes?: boolean;
  /** What the destination is to be used for: fewer formats or strategies, the preferred one first; shorter names; a naming convention. */
  readonly capabilities?: CapabilityOverrides;
}

/** SQLite: one file per dataset, beside `path`. Needs the package better-sqlite3, or libsql. Default `<pipeline name>.db` in the current folder. */
export function sqlite(path?: string | SqliteOptions): Destination<"sqlite"> {
  const options = typeof path === "string" ? { path } : (path ?? {});
  return sqlDestination({
    type: "sqlite",
    name: options.name,
    dltType: "dlt.destinations.sqlalchemy",
    capabilities,
    overrides: options.capabilities,
    literal: sqliteLiteral,
    incomparableDecimal,
    describe: async (context) => databasePath(await settle(options, context), context),
    async connect(context, datasets) {
      const config = await settle(options, context);
      const busyTimeoutMs = durationMs(config.busyTimeout);
      const { replaceStrategy, stagingDatasetNameLayout } = config;
      const staging = stagingDatasetName(stagingDatasetNameLayout, datasets[0]!, capabilities);
      const driver = await connectSqlite({
        path: databasePath(config, context),
        datasets: [...datasets, ...(staging === undefined ? [] : [staging])],
        busyTimeoutMs,
        mustExist: context.mustExist,
      });
      return { driver, dialect: config.createIndexes ? uniqueSqliteDialect : sqliteDialect, replaceStrategy, stagingDatasetNameLayout };
    },
  });
}

/** What the code says counts; the rest is looked up. */
function settle(options: SqliteOptions, context: OpenContext): Promise<SqliteConfig> {
  return context.config(sqliteConfig, {
    credentials: options.path === undefined ? {} : parseCredentials(options.path),
    busyTimeout: options.busyTimeout,
    createIndexes: options.createIndexes,
    replaceStrategy: options.replaceStrategy,
    stagingDatasetNameLayout: options.stagingDatasetNameLayout,
  });
}
