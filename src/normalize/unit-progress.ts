/** Rows that are normalized, for people to see: those of units that are settled, and those that threads are ahead. Never falls, also when a unit is done again. */
export class UnitProgress {
  readonly #show: (rows: number) => void;
  readonly #ahead = new Map<number, number>();
  #settled = 0;
  #shown = 0;

  constructor(show: (rows: number) => void) {
    this.#show = show;
  }

  /** Rows of all units up to here. */
  settle(rows: number): void {
    this.#settled = rows;
    this.#tell();
  }

  /** Rows so far of a unit whose turn has not come. */
  ahead(unit: number, rows: number): void {
    this.#ahead.set(unit, rows);
    this.#tell();
  }

  /** Its turn has come: it is settled next. */
  begin(unit: number): void {
    this.#ahead.delete(unit);
  }

  #tell(): void {
    let rows = this.#settled;
    for (const more of this.#ahead.values()) rows += more;
    if (rows <= this.#shown) return;
    this.#shown = rows;
    this.#show(rows);
  }
}
