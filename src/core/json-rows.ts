import { exactMark, isInexactDecimal } from "./exact-float.ts";

/** Text that is no JSON. */
export class JsonTextError extends Error {
  /** Index in the text. */
  readonly at: number;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;

  constructor(text: string, at: number, problem: string) {
    const lines = text.slice(0, at).split("\n");
    const [line, column] = [lines.length, lines.at(-1)!.length + 1];
    super(`${problem} at line ${line}, column ${column}`);
    this.at = at;
    this.line = line;
    this.column = column;
  }
}

/** Gets the text of a row: one line of JSON, without values being made of it. */
type TakeRow = (row: string) => void;

/**
 * Takes a JSON text apart into its rows: the members of a list (also of lists in it), one value, or a value per line. Nulls are left out.
 * A decimal that a double cannot hold gets a mark by which `parseJson` knows it. Throws JsonTextError; rows before the fault were given.
 */
export function scanRows(text: string, take: TakeRow): void {
  new RowScanner(text, take).scan();
}

/** Deeper documents would end the process in a stack overflow, here or later. */
const maxDepth = 2000;

class RowScanner {
  readonly #text: string;
  readonly #take: TakeRow;
  #at = 0;
  /** What marks numbers in the row, and where. */
  #marks: { readonly at: number; readonly text: string }[] = [];

  constructor(text: string, take: TakeRow) {
    this.#text = text;
    this.#take = take;
    if (text.charCodeAt(0) === byteOrderMark) this.#at = 1;
  }

  scan(): void {
    this.#space();
    while (this.#at < this.#text.length) {
      this.#row(0);
      const end = this.#at;
      this.#space();
      if (this.#at < this.#text.length && !this.#text.slice(end, this.#at).includes("\n")) {
        this.#at = end;
        this.#fail("more behind the end of the value");
      }
    }
  }

  #row(depth: number): void {
    if (this.#text.charCodeAt(this.#at) === openBracket) {
      this.#members(depth, closeBracket, () => this.#row(depth + 1));
      return;
    }
    const start = this.#at;
    this.#value(depth);
    if (this.#text.charCodeAt(start) !== letterN) this.#take(this.#rowText(start));
    if (this.#marks.length > 0) this.#marks = [];
  }

  #rowText(start: number): string {
    let row = "";
    let from = start;
    for (const { at, text } of this.#marks) {
      row += this.#text.slice(from, at) + text;
      from = at;
    }
    row += this.#text.slice(from, this.#at);
    if (row.includes("\n") || row.includes("\r")) row = row.replace(/[\r\n]+/g, " ");
    return row;
  }

  #value(depth: number): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code === quote) this.#string();
    else if (code === openBrace) this.#members(depth, closeBrace, this.#member);
    else if (code === openBracket) this.#members(depth, closeBracket, this.#value);
    else if (code === minus || isDigit(code)) this.#number();
    else if (code === letterT) this.#word("true");
    else if (code === letterF) this.#word("false");
    else if (code === letterN) this.#word("null");
    else if (Number.isNaN(code)) this.#fail("the text ends where a value has to be");
    else this.#fail(`no value begins with ${JSON.stringify(this.#text[this.#at])}`);
  }

  readonly #member = (depth: number): void => {
    if (this.#text.charCodeAt(this.#at) !== quote) this.#fail("the name of a member has to be a text in double quotes");
    this.#string();
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== colon) this.#fail("`:` is missing behind the name of a member");
    this.#at += 1;
    this.#space();
    this.#value(depth);
  };

  /** From the bracket to behind the one that closes it. */
  #members(depth: number, close: number, member: (this: this, depth: number) => void): void {
    if (depth >= maxDepth) this.#fail(`a value is nested more than ${maxDepth} levels deep`);
    this.#at += 1;
    this.#space();
    if (this.#text.charCodeAt(this.#at) === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      member.call(this, depth + 1);
      this.#space();
      const code = this.#text.charCodeAt(this.#at);
      if (code !== comma && code !== close) this.#fail(`\`,\` or \`${String.fromCharCode(close)}\` is missing`);
      this.#at += 1;
      if (code === close) return;
      this.#space();
    }
  }

  #string(): void {
    const text = this.#text;
    for (let at = this.#at + 1; ; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.#at = at + 1;
        return;
      }
      if (code === backslash) {
        at += 1;
        if (text[at] === "u") {
          if (!/^[\da-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) this.#failAt(at - 1, "four hexadecimal digits have to follow `\\u`");
          at += 4;
        } else if (at >= text.length || !escapable.includes(text[at]!)) this.#failAt(at - 1, "an escape that JSON does not have");
      } else if (code < 0x20) this.#failAt(at, "a control character in a text, which has to be escaped");
      else if (at >= text.length) this.#failAt(at, "the text ends within a string");
    }
  }

  #number(): void {
    const start = this.#at;
    const text = this.#text;
    if (text.charCodeAt(this.#at) === minus) this.#at += 1;
    if (text.charCodeAt(this.#at) === zero) this.#at += 1;
    else this.#digits();
    const isDecimal = text.charCodeAt(this.#at) === point;
    if (isDecimal) {
      this.#at += 1;
      this.#digits();
    }
    const code = text.charCodeAt(this.#at);
    const exponentAt = code === 0x65 || code === 0x45 ? this.#exponent() : -1;
    const isLong = this.#at - start > exactLength && (isDecimal || exponentAt >= 0);
    if (isLong && isInexactDecimal(text.slice(start, this.#at))) this.#marks.push(this.#mark(exponentAt));
  }

  /** Answers with the place of its digits. */
  #exponent(): number {
    this.#at += 1;
    if (isSign(this.#text.charCodeAt(this.#at))) this.#at += 1;
    const at = this.#at;
    this.#digits();
    return at;
  }

  #mark(exponentAt: number): { readonly at: number; readonly text: string } {
    if (exponentAt < 0) return { at: this.#at, text: `e+${exactMark}` };
    return { at: exponentAt, text: isSign(this.#text.charCodeAt(exponentAt - 1)) ? exactMark : `+${exactMark}` };
  }

  #digits(): void {
    const start = this.#at;
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at += 1;
    if (this.#at === start) this.#fail("a digit is missing in a number");
  }

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) this.#fail(`a word that is not \`${word}\``);
    this.#at += word.length;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #fail(problem: string): never {
    this.#failAt(this.#at, problem);
  }

  #failAt(at: number, problem: string): never {
    throw new JsonTextError(this.#text, at, problem);
  }
}

const byteOrderMark = 0xfeff;
const [quote, comma, minus, point, zero, colon] = [0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x3a] as const;
const [openBracket, backslash, closeBracket, openBrace, closeBrace, letterN] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x6e] as const;
const [plus, letterT, letterF] = [0x2b, 0x74, 0x66] as const;
const escapable = '"\\/bfnrt';

/** Numbers of fewer characters come back from a double. */
const exactLength = 16;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isSign(code: number): boolean {
  return code === minus || code === plus;
}
