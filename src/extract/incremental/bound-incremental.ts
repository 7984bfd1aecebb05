import { ConfigError } from "../../core/errors.ts";
import type { ArrowData } from "../../formats/arrow/arrow-data.ts";
import type { OneOrMore } from "../../schema/hint-options.ts";
import type { ResourceDefinition } from "../definition.ts";
import { RowInvalidError } from "../errors.ts";
import type { Loose } from "../rows.ts";
import { newArrowRows } from "./arrow-page.ts";
import type { BorderChunks } from "./border-chunks.ts";
import { BoundCursor } from "./bound-cursor.ts";
import { type CursorRule, cursorRule } from "./cursor-rule.ts";
import type { Cursor, Incremental, Key } from "./incremental-options.ts";
import { Partitions } from "./partitions.ts";
import { MissingKeyError } from "./row-key.ts";
import { newSlot, openSlot } from "./slot.ts";

/** What binds the cursor of a resource to a run. */
export interface IncrementalEnvironment {
  /** The live slot of the resource. */
  resourceState(): Loose;
  readonly warn: (code: string, message: string) => void;
  /** For more hashes than the state is to hold. */
  readonly chunks?: BorderChunks | undefined;
}

/** The incremental of a resource while it runs: what users see of it, and the filter of its rows. */
export class BoundIncremental implements Incremental<unknown> {
  readonly rule: CursorRule;
  readonly #cursor: BoundCursor;
  readonly #partitions: Partitions | undefined;
  #rows = 0;

  /** Opens the slot. Throws ConfigError for options that cannot be. */
  constructor({ name, incremental, hints }: ResourceDefinition, environment: IncrementalEnvironment) {
    this.rule = cursorRule(name, incremental!, hints.primaryKey as OneOrMore<string> | undefined);
    const slot = openSlot(this.rule, environment.resourceState);
    const { partitionBy } = incremental!;
    // Rows of a partition that is not known yet may lie anywhere behind the first value.
    this.#cursor = new BoundCursor(this.rule, partitionBy === undefined ? slot : newSlot(this.rule), environment);
    if (partitionBy !== undefined) this.#partitions = new Partitions(this.rule, partitionBy, slot, environment);
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
    return this.#partitions === undefined ? this.#cursor.lastValue : this.#partitions.lastValue;
  }

  get endValue(): unknown {
    return this.#cursor.endValue;
  }

  get startOutOfRange(): boolean {
    return this.#cursor.startOutOfRange || this.#partitions?.startOutOfRange === true;
  }

  get endOutOfRange(): boolean {
    return this.#cursor.endOutOfRange || this.#partitions?.endOutOfRange === true;
  }

  canClose(): boolean {
    // One partition at its border says nothing about the others.
    if (this.#partitions !== undefined) return false;
    const { rowOrder } = this.rule.options;
    return rowOrder === "asc" ? this.endOutOfRange : rowOrder === "desc" && this.startOutOfRange;
  }

  cursorFor(key: Key): Cursor<unknown> {
    if (this.#partitions !== undefined) return this.#partitions.cursorFor(key);
    throw new ConfigError(
      `Resource \`${this.rule.resource}\` was asked for cursorFor(), and has one cursor for all its rows: declare incremental: { partitionBy: "column" }.`,
    );
  }

  /** The rows of a page that are new; the page itself when all are. Throws CursorMissingError, CursorTypeError, RowInvalidError. */
  page(rows: readonly unknown[]): readonly unknown[] {
    if (this.#partitions !== undefined) return this.#pageOf(this.#partitions, rows);
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

  /** As `page`, for an Arrow table: undefined when no row is new. Throws also ConfigError. */
  arrowPage(data: ArrowData): ArrowData | undefined {
    const deciders = this.#partitions === undefined ? { cursor: this.#cursor } : { partitions: this.#partitions };
    try {
      return newArrowRows(data, this.rule, deciders, this.#rows);
    } catch (error) {
      throw this.#explained(error, this.#rows);
    } finally {
      this.#rows += data.numRows;
    }
  }

  /** What is to be stored is complete. */
  settle(): void {
    if (this.#partitions === undefined) this.#cursor.settle();
    else this.#partitions.settle();
  }

  #pageOf(partitions: Partitions, rows: readonly unknown[]): readonly unknown[] {
    const passed: unknown[] = [];
    let index = 0;
    try {
      for (; index < rows.length; index += 1) {
        const row = rows[index];
        const partition = partitions.ofRow(row, this.#rows + index);
        if (!partition.cursor.passes(row)) continue;
        partition.hasPassed = true;
        passed.push(row);
      }
    } catch (error) {
      throw this.#explained(error, this.#rows + index);
    }
    this.#rows += rows.length;
    partitions.endPage();
    return passed.length === rows.length ? rows : passed;
  }

  #explained(error: unknown, rowIndex: number): unknown {
    if (!(error instanceof MissingKeyError)) return error;
    return new RowInvalidError({ resource: this.rule.resource, rowIndex, path: error.column, keyOf: this.rule.path.text });
  }
}
