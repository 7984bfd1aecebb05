import { type Duration, isDuration } from "../core/duration.ts";
import { ConfigError } from "../core/errors.ts";
import { compareValues, cursorValue } from "../extract/incremental/cursor-value.ts";
import { withLag } from "../extract/incremental/lag.ts";

/** From `from` up to and without `to`. */
export interface Range {
  readonly from: unknown;
  readonly to: unknown;
}

/** A plan of more ranges is a slip of the pen. */
const maxRanges = 100_000;

/** Splits a range into pieces of one length, the last one may be shorter. Throws ConfigError for values that do not go together. */
export function splitRange(given: Range, every: Duration | number): readonly Range[] {
  const [from, to] = [cursorValue(given.from), cursorValue(given.to)];
  const order = compareValues(from, to);
  if (Number.isNaN(order))
    throw new ConfigError(
      `\`from\` (${String(from)}) and \`to\` (${String(to)}) of a backfill cannot be compared: give two values of the type of the cursor.`,
    );
  if (order > 0) throw new ConfigError(`\`from\` (${String(from)}) of a backfill lies behind \`to\` (${String(to)}).`);
  const ranges: Range[] = [];
  for (let start = from; compareValues(start, to) < 0; ) {
    const end = further(start, every);
    const isLast = compareValues(end, to) >= 0;
    ranges.push({ from: start, to: isLast ? to : end });
    if (ranges.length > maxRanges) throw new ConfigError(`A backfill of more than ${maxRanges} ranges: give a larger \`every\`.`);
    start = end;
  }
  return ranges;
}

function further(value: unknown, every: Duration | number): unknown {
  const isNumeric = typeof value === "number" || typeof value === "bigint" || typeof value === "object";
  const isDate = typeof value === "string" || value instanceof Date;
  const fits =
    typeof every === "number" ? !isDate && Number.isFinite(every) && every > 0 : isDuration(every) && Number.parseFloat(every) > 0;
  const next = fits && (isNumeric || isDate) ? stepped(value, every) : undefined;
  if (next !== undefined && compareValues(next, value) > 0) return next;
  throw new ConfigError(
    `\`every\` (${JSON.stringify(every)}) of a backfill does not lead on from ${String(value)}: ` +
      'give a number above 0 for numbers, a duration such as "1d" or "6h" for dates and texts of dates.',
  );
}

/** A lag that goes the other way. */
function stepped(value: unknown, every: Duration | number): unknown {
  try {
    return withLag(value, every, undefined, -1);
  } catch (error) {
    // Beyond the year 9999.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What of the ranges is not covered by those that are done. */
export function missingOf(ranges: readonly Range[], done: readonly Range[]): readonly Range[] {
  return done.reduce<readonly Range[]>((left, covered) => left.flatMap((range) => without(range, covered)), ranges);
}

function without(range: Range, covered: Range): readonly Range[] {
  if (order(covered.to, range.from) <= 0 || order(covered.from, range.to) >= 0) return [range];
  const before = order(range.from, covered.from) < 0 ? [{ from: range.from, to: covered.from }] : [];
  const behind = order(covered.to, range.to) < 0 ? [{ from: covered.to, to: range.to }] : [];
  return [...before, ...behind];
}

/** The ranges with one more, in order; those that touch become one. */
export function withRange(done: readonly Range[], added: Range): readonly Range[] {
  const apart = done.filter(({ from, to }) => order(to, added.from) < 0 || order(from, added.to) > 0);
  const touching = [added, ...done.filter((range) => !apart.includes(range))];
  const from = touching.map((range) => range.from).reduce((a, b) => (order(b, a) < 0 ? b : a));
  const to = touching.map((range) => range.to).reduce((a, b) => (order(b, a) > 0 ? b : a));
  return [...apart, { from, to }].sort((a, b) => order(a.from, b.from));
}

function order(a: unknown, b: unknown): number {
  const found = compareValues(a, b);
  if (!Number.isNaN(found)) return found;
  throw new ConfigError(
    `A backfill was asked for with ${String(b)}, and an earlier one of the same cursor with ${String(a)}, which cannot be compared: give values of one type. ` +
      "What earlier ones have loaded stands in the state of the resource, under `incremental`: see docs/backfill.md.",
  );
}
