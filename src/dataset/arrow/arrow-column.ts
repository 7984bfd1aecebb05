import type { Data, DataType } from "apache-arrow";
import type { Decimal } from "decimal.js";
import type { ResultColumn } from "../../core/result-column.ts";
import { UnsupportedError } from "../../destination-kit/errors.ts";
import type { ArrowApi } from "./arrow-api.ts";
import { type ColumnFormat, columnFormat } from "./column-format.ts";
import { decimalTypeFor } from "./decimal-type.ts";
import { makePart } from "./make-part.ts";

interface ColumnOptions {
  readonly api: ArrowApi;
  /** For errors. */
  readonly destination: string;
}

/** A column on its way to Arrow, batch by batch. */
export class ArrowColumn {
  readonly name: string;
  readonly #options: ColumnOptions;
  readonly #format: ColumnFormat | undefined;
  readonly #parts: Data[] = [];
  /** Of decimals without a type in common: it comes from all values together. */
  readonly #waiting: (readonly unknown[])[] = [];

  constructor({ name, type }: ResultColumn, options: ColumnOptions) {
    this.name = name;
    this.#options = options;
    this.#format = columnFormat(type, options.api);
  }

  add(cells: readonly unknown[]): void {
    if (this.#format === undefined) this.#waiting.push(cells);
    else this.#parts.push(this.#part(this.#format, cells));
  }

  /** Throws UnsupportedError for values that Arrow does not have. */
  finish(): { readonly name: string; readonly type: DataType; readonly parts: readonly Data[] } {
    const { name } = this;
    if (this.#format !== undefined) return { name, type: this.#format.type, parts: this.#parts };
    const format = decimalTypeFor(this.#waiting as readonly (readonly (Decimal | bigint | null)[])[], this.#options.api);
    if (format === undefined) throw this.#unsupported("decimals of more than 76 digits");
    return { name, type: format.type, parts: this.#waiting.map((cells) => this.#part(format, cells)) };
  }

  #part(format: ColumnFormat, cells: readonly unknown[]): Data {
    const strange = cells.find((cell) => cell !== null && !format.takes(cell));
    if (strange !== undefined) throw this.#unsupported(`\`${String(strange)}\`, which Arrow has no ${format.noun} for`);
    return makePart(format, cells, this.#options.api);
  }

  #unsupported(what: string): UnsupportedError {
    const message = `Column \`${this.name}\` holds ${what}. Cast it to text, or leave it out with select().`;
    return new UnsupportedError(message, { destination: this.#options.destination });
  }
}
