import type { MergeStrategy, ReplaceStrategy } from "../schema/hint-options.ts";
import type { NewNamingName } from "../schema/naming/naming-convention.ts";

/** What a destination can do, as data. The steps plan from it and never ask for a destination's name. */
export interface Capabilities {
  /** Formats of load jobs, the preferred one first. */
  readonly loaderFileFormats: readonly string[];
  /** Job files of text are packed with gzip unless the config says otherwise. Default false. */
  readonly compressesText?: boolean;
  /** How bytes are written as text: `\x6162` (`"hex"`), or `\x61\x62` (`"escapes"`). For files in `insert_values`. */
  readonly bytesText: "hex" | "escapes";
  /** False: `Users` and `users` are one table. */
  readonly caseSensitiveIdentifiers: boolean;
  /** Longest name of a table or column in code points; undefined is no limit. */
  readonly maxIdentifierLength: number | undefined;
  /**
   * How a package comes to count. `transaction`: all of it is stored in one transaction, and after a failure all jobs begin anew. `record`: each job is stored
   * by itself and stays done, and the load record, written last, makes the package count.
   */
  readonly commit: "transaction" | "record";
  /** The first one is the default; empty: see `withoutMerge`. */
  readonly mergeStrategies: readonly MergeStrategy[];
  /** What becomes of rows that are to be merged where `mergeStrategies` is empty: they are refused, or appended, with a warning. */
  readonly withoutMerge: "refuse" | "append";
  /** The first one is the default. */
  readonly replaceStrategies: readonly ReplaceStrategy[];
  /** Precision and scale of a decimal column without its own. */
  readonly decimalPrecision: readonly [precision: number, scale: number];
  /** Precision and scale of a wei column. */
  readonly weiPrecision: readonly [precision: number, scale: number];
  /** Sessions have `readKeyedState`, and commits do what `liveEntries` of a plan asks for. Default false: what leat remembers of rows is all in the state. */
  readonly keyedState?: boolean;
  /** Sessions have `beginPackage`: nobody who writes meanwhile has to wait for the end of a package that is begun. Default false. */
  readonly early?: boolean;
  /** False: `max(day)` comes without the type of `day`. */
  readonly typedAggregates: boolean;
  /** False: what was loaded cannot be read back with SQL. Default true. */
  readonly readable?: boolean;
  /** False: no state, schema or load record is kept beside the rows, so that each package is new to it. Default true. */
  readonly keepsRecords?: boolean;
  /** The naming convention of new schemas where neither code nor config names one. Default `snake_case`. */
  readonly namingConvention?: NewNamingName;
  /** So deep documents are taken apart into nested tables, whatever a source says; tables with a limit of their own keep it. Default: as the source says. */
  readonly maxTableNesting?: number;
}

/** What is assumed of a destination that says nothing: the least. */
export const minimalCapabilities: Capabilities = {
  loaderFileFormats: ["jsonl"],
  bytesText: "hex",
  caseSensitiveIdentifiers: false,
  maxIdentifierLength: undefined,
  commit: "transaction",
  mergeStrategies: [],
  withoutMerge: "refuse",
  replaceStrategies: ["truncate-and-insert"],
  decimalPrecision: [38, 9],
  weiPrecision: [38, 0],
  typedAggregates: true,
};
