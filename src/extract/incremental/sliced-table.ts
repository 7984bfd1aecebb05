import { ConfigError } from "../../core/errors.ts";
import type { ArrowData } from "../../formats/arrow/arrow-data.ts";
import { ArrowPart } from "../../formats/arrow/arrow-part.ts";

interface Sliceable extends ArrowData {
  slice(from: number, to: number): Sliceable;
  concat(...others: readonly Sliceable[]): Sliceable;
}

/** For those who are handed the rows: a table of the library that made it. Throws ConfigError where that one cannot take rows out of a table. */
export function slicedTable(data: ArrowData, resource: string): ArrowData {
  if (!(data instanceof ArrowPart)) return data;
  const whole = data.whole as Partial<Sliceable>;
  const [first, ...rest] = data.ranges;
  if (typeof whole.slice !== "function" || (rest.length > 0 && typeof whole.concat !== "function"))
    throw new ConfigError(
      `Resource \`${resource}\` has a cursor and hands Arrow tables on, which are of a library whose tables have no slice() and concat(): ` +
        "yield tables of apache-arrow, or rows.",
    );
  const slices = rest.map(({ from, to }) => whole.slice!(from, to));
  const table = whole.slice(first!.from, first!.to);
  return slices.length === 0 ? table : table.concat(...slices);
}
