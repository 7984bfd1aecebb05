import { decimalText } from "./decimal-text.ts";

/** A 256-bit amount of a blockchain's smallest unit (dlt: `Wei`), kept as the decimal text it was written with. */
export class Wei {
  /** As Python prints the decimal. */
  readonly text: string;

  /** Throws RangeError when `text` is not a finite decimal. */
  constructor(text: string) {
    const printed = decimalText(text);
    if (printed === undefined || !/\d$/.test(printed)) throw new RangeError(`Not an amount of wei: ${JSON.stringify(text)}.`);
    this.text = printed;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}
