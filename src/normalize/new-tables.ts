import { contractOf, isNewTable } from "../schema/contract.ts";
import { newTableRefused } from "../schema/contract-violations.ts";
import { type Discard, Discards, newTableReason } from "../schema/discards.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { FlatRow } from "./flatten.ts";

/** Keeps out tables that the schema does not have and whose contract does not let them in. */
export class NewTables {
  readonly #schema: SchemaDocument;
  readonly #discards = new Discards();
  readonly #discarded = new Set<string>();

  constructor(schema: SchemaDocument) {
    this.#schema = schema;
  }

  get discards(): readonly Discard[] {
    return this.#discards.all();
  }

  /** Asked for each row of a table that no row went into yet. False: the row is discarded, with all that is nested in it. Throws ContractViolationError. */
  admits(table: string, parent: string | undefined, row: FlatRow): boolean {
    if (!this.#discarded.has(table)) {
      if (this.#mayBeCreated(table, parent, row)) return true;
      this.#discarded.add(table);
    }
    this.#discards.add({ table, reason: newTableReason, discarded: "row" });
    return false;
  }

  #mayBeCreated(table: string, parent: string | undefined, row: FlatRow): boolean {
    const schema = this.#schema;
    const { tables: mode } = contractOf(schema, table, parent);
    if (mode === "evolve" || !isNewTable(schema, table)) return true;
    if (mode === "freeze") throw newTableRefused({ schema, table, parent, row: Object.fromEntries(row), rowIndex: 0 });
    return false;
  }
}
