/** Rows, or values of a column, that were kept out of a table for one reason. */
export interface Discard {
  readonly table: string;
  /** Undefined where it is about the whole table. */
  readonly column?: string;
  readonly reason: string;
  /** Rows without their nested rows. */
  readonly rows: number;
  /** What is missing: the whole rows, with their nested rows, or only the values. */
  readonly discarded: "row" | "value";
}

/** Contracts of `tables` that discard rows, or values, leave nothing of a new table. */
export const newTableReason = "the table is new, and its contract discards new tables";

type Kind = Omit<Discard, "rows">;

/** Counts what is kept out: a million rows for one reason are one entry. */
export class Discards {
  readonly #counted = new Map<string, { readonly kind: Kind; rows: number }>();

  add(kind: Kind): void {
    const key = `${kind.table}\n${kind.column ?? ""}\n${kind.discarded}\n${kind.reason}`;
    const known = this.#counted.get(key);
    if (known === undefined) this.#counted.set(key, { kind, rows: 1 });
    else known.rows += 1;
  }

  all(): readonly Discard[] {
    return [...this.#counted.values()].map(({ kind, rows }) => ({ ...kind, rows }));
  }
}
