import { evolveOnce, isNewTable, withoutEvolveOnce } from "../schema/contract.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { ResourceHints, TableHints } from "../schema/hint-options.ts";
import { tableHints } from "../schema/hints.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { nestedTableHints } from "../schema/nested-hints.ts";
import { type RootKeySettings, withRootKey } from "../schema/root-key.ts";
import { completeColumns, normalizerHints } from "../schema/table.ts";
import { addSystemTable, applyUpdate, mergeTable } from "../schema/update.ts";
import { checkMerge } from "./check-merge.ts";
import { declareTables } from "./declare-table.ts";
import type { ResourceDefinition } from "./definition.ts";
import { withCursorColumn } from "./incremental/cursor-column.ts";
import { mergeHints } from "./resource-hints.ts";
import { hintedByRows, rowColumnNames } from "./row-schema.ts";
import { TableNames } from "./table-names.ts";

export interface DeclaredTablesOptions extends RootKeySettings {
  readonly schema: SchemaDocument;
  readonly naming: NamingConvention;
  /** Refuses hints that a mark brings and that cannot be done. */
  readonly checkHints: (resource: string, hints: ResourceHints, schema: SchemaDocument) => void;
  readonly onWarning?: ((code: string, message: string) => void) | undefined;
  /** Rows so far of a resource. */
  readonly rowsOf: (resource: string) => number;
  /** Hears of each table that takes rows, once it is in the schema; may throw. */
  readonly onDeclared: (resource: string, table: TableSchema) => void;
}

/** The schema that one source is extracted into, and what its resources have declared in it. */
export class DeclaredTables {
  readonly #options: DeclaredTablesOptions;
  readonly #names: TableNames;
  #schema: SchemaDocument;
  /** Tables whose hints are in the schema already, by resource and table. */
  readonly #declared = new Set<string>();
  /** The hints that marks have changed, by resource and table. */
  readonly #marked = new Map<string, ResourceHints>();
  /** New tables that their contracts keep out, by resource and table. */
  readonly #discarded = new Set<string>();
  /** Tables whose rows are read and not kept. */
  readonly #skipped = new Set<string>();
  /** Tables that are created in any case, by resource. */
  readonly #materialized = new Map<string, Set<string>>();
  /** Tables that were new in this extract, and take all columns that its rows bring. */
  readonly #evolving = new Set<string>();
  readonly #told = new Set<string>();

  constructor(options: DeclaredTablesOptions) {
    this.#options = options;
    this.#names = new TableNames(options.naming, options.onWarning);
    this.#schema = options.schema;
  }

  get schema(): SchemaDocument {
    return this.#schema;
  }

  /** Rows themselves brought the schema further. */
  advance(schema: SchemaDocument): void {
    this.#schema = schema;
  }

  addSystemTable(table: TableSchema): void {
    this.#schema = addSystemTable(this.#schema, table);
  }

  /** True for a new table of the resource that its contract keeps out. */
  isDiscarded(resource: string, table: string): boolean {
    return this.#discarded.size > 0 && this.#discarded.has(keyOf(resource, table));
  }

  /** True for a table whose rows are read and not kept. */
  isSkipped(table: string): boolean {
    return this.#skipped.size > 0 && this.#skipped.has(table);
  }

  /** The tables that a resource has declared. */
  tablesOf(resource: string): readonly string[] {
    const prefix = keyOf(resource, "");
    return [...this.#declared].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  /** The tables of a resource that are created even when they get no rows. */
  materializedOf(resource: string): Iterable<string> {
    return this.#materialized.get(resource) ?? [];
  }

  /**
   * Puts what the resource declares about a table into the schema, once, and again when a mark changes it. Gives the name that the table is stored by.
   * Throws ConfigError, ContractViolationError, ResourceFailedError.
   */
  declare(definition: ResourceDefinition, rawName: string, changed: TableHints | undefined): string {
    const { name: resource } = definition;
    const name = this.#names.stored(rawName, resource, this.#schema);
    const key = keyOf(resource, name);
    if (this.#declared.has(key) && changed === undefined) return name;
    const hints = this.#hintsOf(definition, key, changed);
    this.#declared.add(key);
    const nested = this.#intoSchema(definition, name, hints);
    if (nested === undefined) {
      this.#discarded.add(key);
      return name;
    }
    this.#discarded.delete(key);
    for (const table of [name, ...nested]) {
      this.#storeStrategy(table);
      this.#propagateRootKey(table);
    }
    const table = this.#schema.tables[name]!;
    if (table.write_disposition === "skip") this.#skipped.add(name);
    else this.#skipped.delete(name);
    this.#checkMerge(table);
    if (hints.materialize === true) this.#materialize(resource, [name, ...nested]);
    this.#options.onDeclared(resource, table);
    return name;
  }

  /** The schema that others have meanwhile brought further, with what is declared here. `hasRows`: the package that is written now has rows of the table. */
  rebase(known: SchemaDocument, hasRows: (table: string) => boolean): void {
    if (known.version_hash === this.#schema.version_hash) return;
    const declared = Object.entries(this.#schema.tables).map(([name, { name: _, ...table }]) => [name, table] as const);
    const { settings, normalizers } = this.#schema;
    const evolving = Object.values(this.#schema.tables).filter((table) => normalizerHints(table)[evolveOnce] === true);
    for (const { name } of evolving) this.#evolving.add(name);
    // A table whose rows are normalized by now has its columns. It was new in this extract: rows of it that come in a later package may bring more.
    const settled = Object.keys(known.tables).filter((name) => !isNewTable(known, name) && !(this.#evolving.has(name) && hasRows(name)));
    const evolve = [...this.#evolving].filter(hasRows).map((name) => [name, evolvingOnce] as const);
    const joined = applyUpdate({ ...known, settings, normalizers }, Object.fromEntries(declared));
    this.#schema = withoutEvolveOnce(applyUpdate(joined, Object.fromEntries(evolve)), settled);
  }

  #hintsOf(definition: ResourceDefinition, key: string, changed: TableHints | undefined): ResourceHints {
    const before = this.#marked.get(key) ?? definition.hints;
    const hints = changed === undefined ? before : mergeHints(before, changed as ResourceHints);
    if (changed !== undefined) this.#options.checkHints(definition.name, hints, this.#schema);
    this.#marked.set(key, hints);
    return hints;
  }

  /** The names of the nested tables that came with it; undefined when the contract discards the table. */
  #intoSchema(
    { name: resource, rowColumns, incremental }: ResourceDefinition,
    table: string,
    hints: ResourceHints,
  ): readonly string[] | undefined {
    const { naming, rowsOf, onWarning } = this.#options;
    const known = this.#schema.tables[table];
    const stored = withCursorColumn(tableHints(hintedByRows(hints, rowColumns, known, naming), naming), incremental, naming);
    const declared = known?.parent === undefined ? { write_disposition: "append" as const, ...stored, resource } : stored;
    const nested = nestedTableHints(hints.nestedHints, { table, resource }, naming);
    const { schema, isDiscarded } = declareTables(this.#schema, [{ ...declared, name: table }, ...nested], {
      resource,
      rowIndex: rowsOf(resource),
      ofRowSchema: rowColumnNames(rowColumns, naming),
      onKept: (message) => onWarning?.("contract-kept", message),
    });
    this.#schema = schema;
    return isDiscarded ? undefined : nested.map(({ name }) => name);
  }

  /** Where a destination merges by default in another way than others do, that is stored: ids of rows depend on it. */
  #storeStrategy(name: string): void {
    const table = this.#schema.tables[name];
    const [first] = this.#options.mergeStrategies;
    if (table?.parent !== undefined || table?.write_disposition !== "merge" || table["x-merge-strategy"] !== undefined) return;
    if (first === undefined || first === "delete-insert") return;
    this.#schema = mergeTable(this.#schema, { name, "x-merge-strategy": first });
  }

  #propagateRootKey(table: string): void {
    if (this.#schema.tables[table]?.parent === undefined) this.#schema = withRootKey(this.#schema, table, this.#options);
  }

  #checkMerge(table: TableSchema): void {
    const { mergeStrategies, onWarning } = this.#options;
    for (const message of checkMerge(table, mergeStrategies)) {
      if (this.#told.has(message)) continue;
      this.#told.add(message);
      onWarning?.("merge-hints", message);
    }
  }

  #materialize(resource: string, tables: readonly string[]): void {
    const known = this.#materialized.get(resource) ?? new Set();
    for (const table of tables) {
      const declared = this.#schema.tables[table];
      // A contract may have kept it out.
      if (declared !== undefined && completeColumns(declared).length > 0) known.add(table);
    }
    this.#materialized.set(resource, known);
  }
}

const evolvingOnce = { columns: {}, "x-normalizer": { [evolveOnce]: true } };

function keyOf(resource: string, table: string): string {
  return `${resource}\n${table}`;
}
