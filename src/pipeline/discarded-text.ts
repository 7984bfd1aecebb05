import type { DiscardedRows } from "./infos.ts";

/** Says what is missing where, and why: in prints, and in the lines of a run. */
export function discardedText({ table, rows, discarded, reason }: DiscardedRows): string {
  const what = discarded === "row" ? "row" : "value";
  return `${rows.toLocaleString("en-US")} ${what}${rows === 1 ? "" : "s"} of table \`${table}\` discarded: ${reason}`;
}

/** A line for each table and reason, over all packages. */
export function discardedLines(discarded: readonly DiscardedRows[] | undefined): string[] {
  const sums = new Map<string, DiscardedRows>();
  for (const one of discarded ?? []) {
    const key = `${one.table}\n${one.discarded}\n${one.reason}`;
    sums.set(key, { ...one, rows: (sums.get(key)?.rows ?? 0) + one.rows });
  }
  return [...sums.values()].map((one) => `  ${discardedText(one)}`);
}
