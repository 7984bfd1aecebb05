import { ConfigError } from "../../core/errors.ts";
import { microsOf } from "../../core/timestamp.ts";
import { duckDbLiteral } from "../../destination-kit/duckdb/literal.ts";
import {
  type CapabilityOverrides,
  type Destination,
  jobDestination,
  type OpenContext,
  overrideCapabilities,
} from "../../destination-kit/index.ts";
import { datasetIdentifier } from "../../destination-kit/sql/dataset-name.ts";
import { FileCache } from "../../drivers/files/file-cache.ts";
import { capabilities } from "./capabilities.ts";
import { type FilesystemConfig, filesystemConfig } from "./config.ts";
import { DatasetFiles } from "./dataset-files.ts";
import { FileTarget } from "./file-target.ts";
import { checkExtraPlaceholders, type ExtraPlaceholder } from "./layout/extra-placeholders.ts";
import { parseLayout, unknownPlaceholders } from "./layout/layout.ts";
import { locationOf, locationText } from "./location.ts";
import { openStore } from "./open-store.ts";
import { FileSql } from "./reading/file-sql.ts";
import { TableViews } from "./reading/table-views.ts";
import { StoredRecords } from "./stored-records.ts";

export type { PlaceholderParts } from "./layout/extra-placeholders.ts";

/** What is left out comes from the config, then from where AWS keeps it: the environment, profiles, roles. */
export interface S3Credentials {
  /** Of a service that is not AWS. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
}

/** Where the files are and what they are called. What is left out is looked up under `destination.filesystem`. */
export interface FilesystemOptions {
  /** A path, a `file:` URL, or `s3://bucket/folder`. Relative paths start in the current folder. */
  readonly bucketUrl?: string;
  /** Name in config and state. Default `filesystem`. */
  readonly name?: string;
  readonly credentials?: S3Credentials;
  /** How files are named below the dataset. Default `{table_name}/{load_id}.{file_id}.{ext}`. */
  readonly layout?: string;
  /** Placeholders of your own for the layout: texts, or functions that give one for each file. */
  readonly extraPlaceholders?: { readonly [name: string]: ExtraPlaceholder };
  /** The time that `{YYYY}` and the like stand for. Default when the load package was made. */
  readonly currentDatetime?: Date | (() => Date);
  /** So many states of a pipeline are kept, the newest; 0: all. Default 100. */
  readonly maxStateFiles?: number;
  /** What the destination is to be used for: fewer formats, the preferred one first; shorter names; a naming convention. */
  readonly capabilities?: CapabilityOverrides;
}

/** Files in a local folder or in S3, laid out as dlt does. A path, a URL, or options; what is left out is looked up. */
export function filesystem(bucketUrl?: string | FilesystemOptions): Destination<"filesystem"> {
  const options = typeof bucketUrl === "string" ? { bucketUrl } : withKnownPlace(bucketUrl ?? {});
  const { name = "filesystem" } = options;
  const cache = new FileCache();
  checkOptions(options);
  return jobDestination({
    type: "filesystem",
    name,
    dltType: "dlt.destinations.filesystem",
    capabilities: overrideCapabilities(name, capabilities, options.capabilities),
    literal: duckDbLiteral,
    describe: async (context) => locationText(locationOf((await settle(options, context)).bucketUrl, context.cwd)),
    close: async () => cache.close(),
    async connect(context) {
      const config = await settle(options, context);
      const layout = parseLayout(config.layout, config.extraPlaceholders);
      const [dataset, stateDataset] = [context.datasetName, context.stateDatasetName ?? context.datasetName].map((each) =>
        datasetIdentifier(each, capabilities),
      );
      const store = await openStore(config, { context, dataset: dataset! });
      const files = new DatasetFiles(store, dataset!, layout);
      const ofState = stateDataset === dataset ? files : new DatasetFiles(store, stateDataset!, layout);
      const records = new StoredRecords(files, ofState, context.workingDir);
      const views = new TableViews({ destination: name, files, records, cache });
      const sql = new FileSql({ destination: name, dataset: dataset!, views });
      return new FileTarget({ destination: name, files, ofState, records, sql, maxStateFiles: config.maxStateFiles, now: nowOf(options) });
    },
  });
}

/** Who opens a pipeline without its script knows the place as `path`, as of every destination. */
function withKnownPlace({ path, ...options }: FilesystemOptions & { readonly path?: string }): FilesystemOptions {
  return path === undefined ? options : { bucketUrl: path, ...options };
}

/** Throws ConfigError for what no run could use. Placeholders that are not given here may be in the config. */
function checkOptions({ layout, extraPlaceholders }: FilesystemOptions): void {
  if (layout === undefined) checkExtraPlaceholders(extraPlaceholders ?? {});
  else parseLayout(layout, extraPlaceholders ?? Object.fromEntries(unknownPlaceholders(layout).map((name) => [name, name])));
}

/** What the code says counts; the rest is looked up. */
function settle(options: FilesystemOptions, context: OpenContext): Promise<FilesystemConfig> {
  const { bucketUrl, layout, extraPlaceholders, maxStateFiles, credentials = {} } = options;
  const { endpoint, region, accessKeyId, secretAccessKey, sessionToken } = credentials;
  return context.config(filesystemConfig, {
    bucketUrl,
    layout,
    extraPlaceholders,
    maxStateFiles,
    credentials: {
      endpointUrl: endpoint,
      regionName: region,
      awsAccessKeyId: accessKeyId,
      awsSecretAccessKey: secretAccessKey,
      awsSessionToken: sessionToken,
    },
  });
}

function nowOf({ currentDatetime }: FilesystemOptions): (() => number) | undefined {
  if (currentDatetime === undefined) return undefined;
  return () => {
    const date = typeof currentDatetime === "function" ? currentDatetime() : currentDatetime;
    if (!(date instanceof Date) || Number.isNaN(date.getTime()))
      throw new ConfigError("The `currentDatetime` of the filesystem destination has to be a valid Date, or a function that gives one.");
    return Number(microsOf(date));
  };
}
