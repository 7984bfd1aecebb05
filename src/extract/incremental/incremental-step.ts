import { isArrowData } from "../../formats/arrow/arrow-data.ts";
import type { Sink } from "../arrivals.ts";
import type { Mark } from "../marked.ts";
import type { UserCode } from "../user-code.ts";
import type { BoundIncremental } from "./bound-incremental.ts";
import { slicedTable } from "./sliced-table.ts";

/** The last step of a resource with a cursor: leaves out the rows that are not new, and ends it when no more can come. */
export class IncrementalStep {
  readonly #incremental: BoundIncremental;
  readonly #code: UserCode;
  readonly #write: Sink;
  readonly #close: () => void;
  readonly #isHandedOn: boolean;

  /** `write` gets the rows that are new; `close` is called when nothing further can be in range. `isHandedOn`: code of users gets the rows. */
  constructor(
    incremental: BoundIncremental,
    code: UserCode,
    then: { readonly write: Sink; readonly close: () => void; readonly isHandedOn: boolean },
  ) {
    this.#incremental = incremental;
    this.#code = code;
    this.#write = then.write;
    this.#close = then.close;
    this.#isHandedOn = then.isHandedOn;
  }

  take(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    if (rows.length === 0) return this.#write(rows, mark);
    if (isArrowData(rows[0])) return this.#takeArrow(rows, mark);
    const isOwn = this.#incremental.rule.ownFunc !== undefined;
    const passed = isOwn ? this.#code.run(() => this.#incremental.page(rows)) : this.#incremental.page(rows);
    if (this.#incremental.canClose()) this.#close();
    // Hints of a mark hold from here on, also when its rows are old.
    if (passed.length > 0 || mark?.hints !== undefined) return this.#write(passed, mark);
  }

  /** A page of Arrow tables; rows between them are rows. */
  #takeArrow(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    const passed = rows.flatMap((item): readonly unknown[] => {
      if (!isArrowData(item)) return this.#incremental.page([item]);
      const data = this.#incremental.arrowPage(item);
      return data === undefined ? [] : [this.#isHandedOn ? slicedTable(data, this.#incremental.rule.resource) : data];
    });
    if (this.#incremental.canClose()) this.#close();
    if (passed.length > 0 || mark?.hints !== undefined) return this.#write(passed, mark);
  }
}
