import { duckDbLiteral } from "../../destination-kit/duckdb/literal.ts";
import type { CapabilityOverrides, Destination, OpenContext, StagingSettings } from "../../destination-kit/index.ts";
import { sqlDestination } from "../../destination-kit/index.ts";
import { DuckDbDatabases } from "../../drivers/duckdb.ts";
import { capabilities } from "./capabilities.ts";
import { type DuckDbConfig, duckDbConfig, parseCredentials } from "./config.ts";
import { duckDbDialect, uniqueDuckDbDialect } from "./dialect.ts";
import { databaseLocation } from "./location.ts";

/** What is not given is looked up in `destination.duckdb` of the config, or under its `name`. */
export interface DuckDbOptions extends StagingSettings {
  /** A path, `:memory:`, `:pipeline:` or a `duckdb:///` URL. */
  readonly path?: string;
  /** Name in config and state. Default `duckdb`. */
  readonly name?: string;
  /** DuckDB's own settings, for example `{ memory_limit: "1GB" }`. */
  readonly settings?: { readonly [setting: string]: string | number | boolean };
  /** Creates UNIQUE constraints for columns with the hint `unique`. Default false. */
  readonly createIndexes?: boolean;
  /** What the destination is to be used for: fewer formats or strategies, the preferred one first; shorter names; a naming convention. */
  readonly capabilities?: CapabilityOverrides;
}

/** The default destination. A path, `:memory:`, a `duckdb:///` URL, or options. Default `<pipeline name>.duckdb` in the current folder. */
export function duckdb(path?: string | DuckDbOptions): Destination<"duckdb"> {
  const options = typeof path === "string" ? { path } : (path ?? {});
  const databases = new DuckDbDatabases();
  return sqlDestination({
    type: "duckdb",
    name: options.name,
    dltType: "dlt.destinations.duckdb",
    capabilities,
    overrides: options.capabilities,
    literal: duckDbLiteral,
    describe: async (context) => databaseLocation(await settle(options, context), context).path,
    close: () => databases.close(),
    async connect(context) {
      const config = await settle(options, context);
      const driver = await databases.connect({ ...databaseLocation(config, context), mustExist: context.mustExist });
      const { replaceStrategy, stagingDatasetNameLayout } = config;
      return { driver, dialect: config.createIndexes ? uniqueDuckDbDialect : duckDbDialect, replaceStrategy, stagingDatasetNameLayout };
    },
  });
}

/** What the code says counts; the rest is looked up. */
function settle(options: DuckDbOptions, context: OpenContext): Promise<DuckDbConfig> {
  const fromPath = options.path === undefined ? {} : parseCredentials(options.path);
  const settings = { ...fromPath.settings, ...options.settings };
  return context.config(duckDbConfig, {
    credentials: { ...fromPath, ...(Object.keys(settings).length === 0 ? {} : { settings }) },
    createIndexes: options.createIndexes,
    replaceStrategy: options.replaceStrategy,
    stagingDatasetNameLayout: options.stagingDatasetNameLayout,
  });
}
