import { ConfigError } from "../../core/errors.ts";
import type { OneOrMore } from "../../schema/hint-options.ts";
import { compareValues, cursorValue, isSameValue } from "./cursor-value.ts";
import type { IncrementalOptions } from "./incremental-options.ts";
import { type CursorPath, parseCursorPath } from "./json-path.ts";

/** What the options of a cursor mean, the same for all cursors of a resource in a run. */
export interface CursorRule {
  readonly resource: string;
  readonly path: CursorPath;
  readonly options: IncrementalOptions;
  /** Null: none. */
  readonly initial: unknown;
  readonly end: unknown;
  /** 1: the cursor goes up, -1: it goes down. */
  readonly direction: 1 | -1;
  /** In place of a direction. */
  readonly ownFunc: ((values: readonly unknown[]) => unknown) | undefined;
  /** Nothing is remembered: a run over a range. */
  readonly isStateless: boolean;
  readonly hasLag: boolean;
  readonly isStartOpen: boolean;
  readonly isEndOpen: boolean;
  /** Rows at the border are told apart, by the key or else by all they hold. */
  readonly deduplicates: boolean;
  readonly key: OneOrMore<string> | undefined;
  /** No two rows have the same cursor value. */
  readonly isUnique: boolean;
}

/** Throws ConfigError for a path that is none, and for values that do not go together. */
export function cursorRule(resource: string, options: IncrementalOptions, primaryKey: OneOrMore<string> | undefined): CursorRule {
  const { lastValueFunc = "max", rangeStart = "closed", rangeEnd = "open", lag = 0 } = options;
  const ownFunc = typeof lastValueFunc === "function" ? (lastValueFunc as CursorRule["ownFunc"]) : undefined;
  const path = parseCursorPath(options.cursorPath);
  const key = (options.primaryKey as OneOrMore<string> | undefined) ?? primaryKey;
  const end = cursorValue(options.endValue) ?? null;
  const hasLag = Number.parseFloat(String(lag)) !== 0;
  const isStartOpen = rangeStart === "open";
  const rule: CursorRule = {
    resource,
    path,
    options,
    initial: cursorValue(options.initialValue) ?? null,
    end,
    direction: lastValueFunc === "min" ? -1 : 1,
    ownFunc,
    isStateless: end !== null,
    hasLag,
    isStartOpen,
    isEndOpen: rangeEnd === "open",
    deduplicates: !isStartOpen && end === null && !hasLag && !(Array.isArray(key) && key.length === 0),
    key: key === "" ? undefined : key,
    isUnique: path.name !== undefined && [key].flat().length === 1 && [key].flat()[0] === path.name,
  };
  checkRange(rule);
  return rule;
}

function checkRange({ resource, initial, end, direction, ownFunc }: CursorRule): void {
  if (end === null) return;
  const where = `of the incremental of resource \`${resource}\``;
  if (initial === null) throw new ConfigError(`The endValue ${where} needs an initialValue: the two are the range that is loaded.`);
  if (ownFunc !== undefined) {
    if (!isSameValue(ownFunc([end, initial]), end))
      throw new ConfigError(`The endValue ${where} is not beyond its initialValue: its lastValueFunc does not give endValue for the two.`);
    return;
  }
  const order = direction * compareValues(end, initial);
  if (Number.isNaN(order))
    throw new ConfigError(`The initialValue and the endValue ${where} cannot be compared: give two values of one type.`);
  if (order < 0)
    throw new ConfigError(
      `The endValue ${where} (${String(end)}) has to be ${direction === 1 ? "above" : "below"} its initialValue (${String(initial)}).`,
    );
}
