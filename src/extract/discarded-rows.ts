import type { DiscardedRow } from "./node-environment.ts";

/** Rows of one package that a row schema kept out, counted by table and reason. */
export interface DiscardedRows extends DiscardedRow {
  readonly loadId: string;
  readonly rows: number;
}

/** Counts the rows that are left out while resources run. */
export class DiscardCounter {
  readonly #counts = new Map<string, { readonly loadId: string; readonly discarded: DiscardedRow; rows: number }>();

  add(loadId: string, discarded: DiscardedRow): void {
    const key = [loadId, discarded.table, discarded.reason].join("\n");
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { loadId, discarded, rows: 1 });
    else known.rows += 1;
  }

  /** In the order in which they came first. */
  all(): readonly DiscardedRows[] {
    return [...this.#counts.values()].map(({ loadId, discarded, rows }) => ({ ...discarded, loadId, rows }));
  }
}
