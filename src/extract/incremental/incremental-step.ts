import { ConfigError } from "../../core/errors.ts";
import { isArrowData } from "../../formats/arrow/arrow-data.ts";
import type { Sink } from "../arrivals.ts";
import type { Mark } from "../marked.ts";
import type { UserCode } from "../user-code.ts";
import type { BoundIncremental } from "./bound-incremental.ts";

/** The last step of a resource with a cursor: leaves out the rows that are not new, and ends it when no more can come. */
export class IncrementalStep {
  readonly #incremental: BoundIncremental;
  readonly #code: UserCode;
  readonly #write: Sink;
  readonly #close: () => void;

  /** `write` gets the rows that are new; `close` is called when nothing further can be in range. */
  constructor(incremental: BoundIncremental, code: UserCode, write: Sink, close: () => void) {
    this.#incremental = incremental;
    this.#code = code;
    this.#write = write;
    this.#close = close;
  }

  take(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    if (rows.length === 0) return this.#write(rows, mark);
    if (isArrowData(rows[0])) throw arrowRows(this.#incremental.rule.resource);
    const isOwn = this.#incremental.rule.ownFunc !== undefined;
    const passed = isOwn ? this.#code.run(() => this.#incremental.page(rows)) : this.#incremental.page(rows);
    if (this.#incremental.canClose()) this.#close();
    // Hints of a mark hold from here on, also when its rows are old.
    if (passed.length > 0 || mark?.hints !== undefined) return this.#write(passed, mark);
  }
}

function arrowRows(resource: string): ConfigError {
  return new ConfigError(`Resource \`${resource}\` has a cursor and gives Arrow tables, which it does not look into: yield rows.`);
}
