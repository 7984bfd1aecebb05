import type { MergeStrategy, ReplaceStrategy } from "../schema/hint-options.ts";

/** What a destination can do, as data. The steps plan from it and never ask for a destination's name. */
export interface Capabilities {
  /** Formats of load jobs, the preferred one first. */
  readonly loaderFileFormats: readonly string[];
  /** How bytes are written as text: `\x6162` (`"hex"`), or `\x61\x62` (`"escapes"`). For files in `insert_values`. */
  readonly bytesText: "hex" | "escapes";
  /** False: `Users` and `users` are one table. */
  readonly caseSensitiveIdentifiers: boolean;
  /** Longest name of a table or column in code points; undefined is no limit. */
  readonly maxIdentifierLength: number | undefined;
  /** The first one is the default; empty: merge is refused. */
  readonly mergeStrategies: readonly MergeStrategy[];
  /** The first one is the default. */
  readonly replaceStrategies: readonly ReplaceStrategy[];
  /** Precision and scale of a decimal column without its own. */
  readonly decimalPrecision: readonly [precision: number, scale: number];
  /** Precision and scale of a wei column. */
  readonly weiPrecision: readonly [precision: number, scale: number];
  /** Sessions have `readKeyedState`, and commits do what `liveEntries` of a plan asks for. Default false: what leat remembers of rows is all in the state. */
  readonly keyedState?: boolean;
  /** False: `max(day)` comes without the type of `day`. */
  readonly typedAggregates: boolean;
}

/** What is assumed of a destination that says nothing: the least. */
export const minimalCapabilities: Capabilities = {
  loaderFileFormats: ["jsonl"],
  bytesText: "hex",
  caseSensitiveIdentifiers: false,
  maxIdentifierLength: undefined,
  mergeStrategies: [],
  replaceStrategies: ["truncate-and-insert"],
  decimalPrecision: [38, 9],
  weiPrecision: [38, 0],
  typedAggregates: true,
};
