import type { Statement } from "better-sqlite3";
import type { ResultColumn } from "../core/result-column.ts";
import { setOwn } from "../core/set-own.ts";
import { decoderOf, resultColumn, type SqliteDecoder } from "./sqlite-values.ts";

/** Makes objects of the rows of a statement. */
export class SqliteResult {
  readonly #names: readonly string[];
  readonly #types: readonly (string | null)[];
  readonly #decoders: readonly SqliteDecoder[];

  constructor(statement: Statement, integers: "bigint" | undefined) {
    const columns = statement.raw(true).safeIntegers(true).columns();
    this.#names = distinctNames(columns);
    this.#types = columns.map((column) => column.type);
    this.#decoders = this.#types.map((type) => decoderOf(type, integers));
  }

  /** `first` is the first row, if there is one. */
  columns(first: readonly unknown[] | undefined): readonly ResultColumn[] {
    return this.#names.map((name, index) => resultColumn(name, this.#types[index] ?? null, first?.[index]));
  }

  objects<Row>(rows: readonly (readonly unknown[])[]): Row[] {
    const names = this.#names;
    const decoders = this.#decoders;
    const odd = names.indexOf("__proto__");
    return rows.map((cells) => {
      const row: Record<string, unknown> = {};
      for (let column = 0; column < names.length; column++) row[names[column]!] = decoders[column]!(cells[column]);
      if (odd >= 0) setOwn(Object.setPrototypeOf(row, Object.prototype) as object, "__proto__", decoders[odd]!(cells[odd]));
      return row as Row;
    });
  }
}

/** Rows are objects, so a name that comes again gets a number: `id`, `id:1`. */
function distinctNames(columns: readonly { readonly name: string }[]): readonly string[] {
  const seen = new Map<string, number>();
  return columns.map(({ name }) => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}:${count}`;
  });
}
