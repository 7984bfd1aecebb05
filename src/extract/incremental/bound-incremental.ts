import { ConfigError } from "../../core/errors.ts";
import type { OneOrMore } from "../../schema/hint-options.ts";
import type { ResourceDefinition } from "../definition.ts";
import { RowInvalidError } from "../errors.ts";
import type { Loose } from "../rows.ts";
import { BoundCursor } from "./bound-cursor.ts";
import { type CursorRule, cursorRule } from "./cursor-rule.ts";
import type { Cursor, Incremental, Key } from "./incremental-options.ts";
import { MissingKeyError } from "./row-key.ts";
import { openSlot } from "./slot.ts";

/** What binds the cursor of a resource to a run. */
export interface IncrementalEnvironment {
  /** The live slot of the resource. */
  resourceState(): Loose;
  warn(code: string, message: string): void;
}

/** The incremental of a resource while it runs: what users see of it, and the filter of its rows. */
export class BoundIncremental implements Incremental<unknown> {
  readonly rule: CursorRule;
  readonly #cursor: BoundCursor;
  #rows = 0;

  /** Opens the slot. Throws ConfigError for options that cannot be. */
  constructor({ name, incremental, hints }: ResourceDefinition, environment: IncrementalEnvironment) {
    this.rule = cursorRule(name, incremental!, hints.primaryKey as OneOrMore<string> | undefined);
    if (incremental!.partitionBy !== undefined)
      throw new ConfigError(
        `Resource \`${name}\` has \`incremental.partitionBy\`, which this version of leat does not do yet: leave it out.`,
      );
    this.#cursor = new BoundCursor(this.rule, openSlot(this.rule, environment.resourceState), environment.warn);
  }

  get cursorPath(): string {
    return this.rule.path.text;
  }

  get initialValue(): unknown {
    return this.#cursor.initialValue;
  }

  get startValue(): unknown {
    return this.#cursor.startValue;
  }

  get lastValue(): unknown {
    return this.#cursor.lastValue;
  }

  get endValue(): unknown {
    return this.#cursor.endValue;
  }

  get startOutOfRange(): boolean {
    return this.#cursor.startOutOfRange;
  }

  get endOutOfRange(): boolean {
    return this.#cursor.endOutOfRange;
  }

  canClose(): boolean {
    const { rowOrder } = this.rule.options;
    return rowOrder === "asc" ? this.endOutOfRange : rowOrder === "desc" && this.startOutOfRange;
  }

  cursorFor(_key: Key): Cursor<unknown> {
    throw new ConfigError("`cursorFor()` is not there yet in this version of leat.");
  }

  /** The rows of a page that are new; the page itself when all are. Throws CursorMissingError, CursorTypeError, RowInvalidError. */
  page(rows: readonly unknown[]): readonly unknown[] {
    const cursor = this.#cursor;
    let passed: unknown[] | undefined;
    let index = 0;
    try {
      for (; index < rows.length; index += 1) {
        const row = rows[index];
        if (cursor.passes(row)) passed?.push(row);
        else passed ??= rows.slice(0, index);
      }
    } catch (error) {
      throw this.#explained(error, this.#rows + index);
    }
    this.#rows += rows.length;
    const result = passed ?? rows;
    cursor.endPage(result.length > 0);
    return result;
  }

  /** What is to be stored is complete. */
  settle(): void {
    this.#cursor.settle();
  }

  #explained(error: unknown, rowIndex: number): unknown {
    if (!(error instanceof MissingKeyError)) return error;
    return new RowInvalidError({ resource: this.rule.resource, rowIndex, path: error.column, keyOf: this.rule.path.text });
  }
}
