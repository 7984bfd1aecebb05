/** Makes console.log and messages show values as their text, after the name of their class. */
export function shownAsText(prototype: { toString(): string }, className: string): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    configurable: true,
    writable: true,
    value(this: object): string {
      return `${className} ${textOf(this)}`;
    },
  });
}

function textOf(value: object): string {
  try {
    return String(value);
  } catch {
    // A date that is none has no text, and is shown all the same.
    return "Invalid";
  }
}
