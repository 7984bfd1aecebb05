/** What is used of the package, which comes without types; libsql has the same. */
declare module "better-sqlite3" {
  export default class Database {
    /** `timeout`: milliseconds that a call blocks the process for the locks of others. */
    constructor(path: string, options?: { readonly timeout?: number });
    readonly inTransaction: boolean;
    prepare(sql: string): Statement;
    exec(sql: string): unknown;
    /** Of libsql. */
    interrupt?(): void;
    close(): unknown;
  }

  /** Values are bound by an object for numbered places (`$1`, `?1`), by an array for others (`?`). The wrong one ends the process where the package is libsql. */
  export interface Statement {
    /** True when it gives rows. */
    readonly reader: boolean;
    raw(isRaw: boolean): this;
    safeIntegers(isSafe: boolean): this;
    columns(): { readonly name: string; readonly type: string | null }[];
    run(values?: unknown): { readonly changes: number };
    all(values?: unknown): unknown[][];
    /** Without `return` in libsql. */
    iterate(values?: unknown): Iterator<unknown[], undefined>;
  }
}
