import type { SqlTransactions } from "./sql-transactions.ts";

/** What tables the dataset had when the transaction began, each asked for once. */
export class ExistingTables {
  readonly #session: SqlTransactions;
  readonly #asked = new Set<string>();
  readonly #columns = new Map<string, readonly string[]>();

  constructor(session: SqlTransactions) {
    this.#session = session;
  }

  /** The columns of those of the tables that exist. */
  async columnsOf(tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const { driver, dataset } = this.#session;
    const unknown = [...new Set(tables)].filter((table) => !this.#asked.has(table));
    if (unknown.length > 0) for (const [table, columns] of await driver.columnsOf(dataset, unknown)) this.#columns.set(table, columns);
    for (const table of unknown) this.#asked.add(table);
    return new Map(tables.flatMap((table) => (this.#columns.has(table) ? [[table, this.#columns.get(table)!]] : [])));
  }
}
