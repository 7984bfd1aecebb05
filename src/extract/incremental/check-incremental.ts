import { isDuration } from "../../core/duration.ts";
import { ConfigError } from "../../core/errors.ts";
import { oneOf } from "../../schema/given.ts";
import { checkOptions } from "../definition.ts";
import type { IncrementalOptions } from "./incremental-options.ts";

/** Throws ConfigError for options that do not exist or do not go together, whatever the values of the cursor are. */
export function checkIncremental(owner: string, options: IncrementalOptions): void {
  const where = `incremental of ${owner}`;
  if (typeof options !== "object" || options === null) throw new ConfigError(`${capital(where)} has to be an object of options.`);
  checkOptions(`\`incremental\` of ${owner}`, options, optionNames);
  const { cursorPath, lag, lastValueFunc = "max", primaryKey, partitionBy } = options;
  if (typeof cursorPath !== "string" || cursorPath.trim() === "")
    throw new ConfigError(`The ${where} needs a \`cursorPath\`: the name of the field that grows, such as "updated_at", or a JSON path.`);
  if (typeof lastValueFunc !== "function") oneOf("incremental.lastValueFunc", lastValueFunc, ["max", "min"]);
  oneOf("incremental.rowOrder", options.rowOrder, ["asc", "desc"]);
  oneOf("incremental.onCursorValueMissing", options.onCursorValueMissing, ["raise", "include", "exclude"]);
  oneOf("incremental.rangeStart", options.rangeStart, ["open", "closed"]);
  oneOf("incremental.rangeEnd", options.rangeEnd, ["open", "closed"]);
  if (lag !== undefined && !isLag(lag))
    throw new ConfigError(
      `The lag of the ${where} is ${JSON.stringify(lag)}: give a number of 0 or more, or a duration such as "2h" or "3d".`,
    );
  if (lag !== undefined && lag !== 0 && typeof lastValueFunc === "function")
    throw new ConfigError(
      `The ${where} has a lag and a lastValueFunc of its own: only with "max" and "min" it is known which way is back.`,
    );
  if (primaryKey !== undefined && ![primaryKey].flat().every((column) => typeof column === "string" && column !== ""))
    throw new ConfigError(`The primaryKey of the ${where} has to be a column or a list of columns.`);
  if (partitionBy !== undefined && (typeof partitionBy !== "string" || partitionBy === ""))
    throw new ConfigError(`The partitionBy of the ${where} has to be the name of a column.`);
}

/** Options of `changed` replace those of `known` one by one; another path is another cursor, which begins with its own options alone. */
export function mergeIncremental(
  known: IncrementalOptions | undefined,
  changed: IncrementalOptions | undefined,
): IncrementalOptions | undefined {
  if (known === undefined || changed === undefined) return changed ?? known;
  if (known.cursorPath !== changed.cursorPath) return changed;
  const named = Object.entries(changed).filter(([, value]) => value !== undefined);
  return { ...known, ...Object.fromEntries(named) };
}

const optionNames = [
  "cursorPath",
  "initialValue",
  "endValue",
  "lastValueFunc",
  "rowOrder",
  "onCursorValueMissing",
  "lag",
  "rangeStart",
  "rangeEnd",
  "primaryKey",
  "partitionBy",
];

function isLag(lag: unknown): boolean {
  return typeof lag === "number" ? Number.isFinite(lag) && lag >= 0 : typeof lag === "string" && isDuration(lag);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
