import { Float } from "./float.ts";

/** A number of a JSON text that has more digits than a double: it counts as a double wherever its digits do not matter. */
export class ExactFloat extends Float {
  /** As it stands in the text. */
  readonly text: string;

  constructor(text: string) {
    super(Number(text));
    this.text = text;
  }

  static ofMarked(text: string): ExactFloat {
    return new ExactFloat(text.replace(marked, (_, exponent: string, zeros: string) => (zeros === "" ? "" : exponent + zeros)));
  }
}

/** Zeros that nobody writes in front of an exponent: in raw rows they say that the digits of a number matter. JSON allows them. */
export const exactMark = "0000";

const marked = /([eE][-+])0000(\d*)$/;

export function isMarkedExact(text: string): boolean {
  return marked.test(text);
}

/** Doubles of that many digits come back as they were. */
const doubleDigits = 15;

/** True for a number whose digits a double does not give back. */
export function isInexactDecimal(text: string): boolean {
  const digits = significantDigits(text);
  return digits.length > doubleDigits && digits !== significantDigits(String(Number(text)));
}

function significantDigits(text: string): string {
  return text
    .replace(/[eE].*$/, "")
    .replace(/^-?[0.]*/, "")
    .replace(".", "")
    .replace(/0+$/, "");
}
