import type { Terminal } from "../terminal.ts";

/** A terminal that keeps what a person would see on it. Knows the sequences that log-update writes. */
export class Screen implements Terminal {
  readonly isTTY = true;
  readonly columns = 80;
  readonly rows = 24;
  readonly #lines: string[] = [""];
  #row = 0;
  #column = 0;

  get text(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd();
  }

  write(text: string): boolean {
    // biome-ignore lint/complexity/useRegexLiterals: the escape character is easier to see so
    for (const [part] of text.matchAll(new RegExp("\u001b\\[[?\\d]*[A-Za-z]|\n|[^\u001b\n]+", "g"))) this.#put(part);
    return true;
  }

  #put(part: string): void {
    const [, digits, command] = /^\u001b\[([?\d]*)([A-Za-z])$/.exec(part) ?? [];
    const n = digits === "" ? 1 : Number(digits);
    if (part === "\n") this.#moveTo(this.#row + 1, 0);
    else if (command === undefined) this.#type(part);
    else if (command === "A") this.#moveTo(this.#row - n, this.#column);
    else if (command === "B") this.#moveTo(this.#row + n, this.#column);
    else if (command === "G") this.#column = 0;
    else if (command === "K") this.#lines[this.#row] = digits === "2" ? "" : this.#lines[this.#row]!.slice(0, this.#column);
    else if (!digits?.startsWith("?")) throw new Error(`The screen does not know ${JSON.stringify(part)}.`);
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = column;
    while (this.#lines.length <= this.#row) this.#lines.push("");
  }

  #type(text: string): void {
    const line = this.#lines[this.#row]!.padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + text + line.slice(this.#column + text.length);
    this.#column += text.length;
  }
}
