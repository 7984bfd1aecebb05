import type { FlattenSettings } from "../flatten.ts";
import type { TableBuffer } from "../table-buffer.ts";
import type { Kernel } from "./kernel.ts";
import { type KernelColumn, KernelTable } from "./kernel-table.ts";

/** A table that the kernel adds rows to. */
export interface ShredTable {
  readonly name: string;
  readonly buffer: TableBuffer;
  readonly memory: KernelTable;
  /** Columns that rows get besides their own. */
  readonly added: ReadonlySet<string>;
  /** Those of them that come from ids of rows above. */
  readonly inherited: ReadonlyMap<string, ShredTable>;
}

interface TablesOptions {
  readonly kernel: Kernel;
  readonly settings: FlattenSettings;
  readonly loadId: string;
  /** The buffer of a table that has got rows. */
  readonly bufferOf: (name: string) => TableBuffer | undefined;
  /** True when rows of documents of the table are told apart by chance. */
  readonly hasRandomIds: (name: string) => boolean;
}

/** Hash and id of a nested row are made of one block: its name has to fit beside the id above and the place in the list. */
const maxNameBytes = 130;

/** The tables that the kernel knows: with the columns that every row has, all of the usual types. */
export class KernelTables {
  readonly #options: TablesOptions;
  readonly #tables = new Map<string, ShredTable>();
  readonly #names: { readonly id: string; readonly loadId: string; readonly parentId: string; readonly index: string };

  constructor(options: TablesOptions) {
    this.#options = options;
    const name = (column: string): string => options.settings.naming.normalizeIdentifier(column);
    this.#names = { id: name("_dlt_id"), loadId: name("_dlt_load_id"), parentId: name("_dlt_parent_id"), index: name("_dlt_list_idx") };
    const { kernel, loadId } = options;
    const bytes = Buffer.from(loadId);
    kernel.calls.setLoadId(this.#copied(bytes), bytes.length);
  }

  /** Parents come before the tables nested in them. */
  get all(): Iterable<ShredTable> {
    return this.#tables.values();
  }

  /** Undefined while it lacks a column, or when the reference has to do its rows. */
  attachRoot(name: string): ShredTable | undefined {
    const { id, loadId } = this.#names;
    const found = this.#find(name);
    if (found === undefined || !this.#options.hasRandomIds(name)) return undefined;
    const [ids, loadIds] = [ofKind(found.memory, id, "text"), ofKind(found.memory, loadId, "text")];
    if (ids === undefined || loadIds === undefined) return undefined;
    const table = { name, ...found, added: new Set([id, loadId]), inherited: new Map() };
    if (!this.#requireColumns(table)) return undefined;
    this.#attach(table, 0);
    this.#options.kernel.calls.nameSystemColumns(table.memory.at, ids.at, loadIds.at, 0, 0);
    return table;
  }

  /** The same for a table nested in another one. */
  attachNested(name: string, parent: ShredTable): ShredTable | undefined {
    const { id, parentId, index } = this.#names;
    const { calls } = this.#options.kernel;
    const found = this.#find(name);
    const inherited = this.#inherited(parent);
    if (found === undefined || inherited === undefined || Buffer.byteLength(name) > maxNameBytes) return undefined;
    const [ids, parentIds] = [ofKind(found.memory, id, "text"), ofKind(found.memory, parentId, "text")];
    const indexes = ofKind(found.memory, index, "bigint");
    if (ids === undefined || parentIds === undefined || indexes === undefined) return undefined;
    const copies = [...inherited].map(([column, from]) => [ofKind(found.memory, column, "text"), from] as const);
    if (copies.some(([column]) => column === undefined)) return undefined;
    const table = { name, ...found, added: new Set([id, parentId, index, ...inherited.keys()]), inherited };
    if (!this.#requireColumns(table)) return undefined;
    this.#attach(table, parent.memory.at);
    calls.nameSystemColumns(table.memory.at, ids.at, 0, parentIds.at, indexes.at);
    for (const [column, from] of copies) calls.inherit(table.memory.at, column!.at, from.memory.at);
    return table;
  }

  #find(name: string): Pick<ShredTable, "buffer" | "memory"> | undefined {
    const buffer = this.#options.bufferOf(name);
    return buffer?.memory instanceof KernelTable && !this.#tables.has(name) ? { buffer, memory: buffer.memory } : undefined;
  }

  /** What rows nested in those of the table get from the rows above: undefined when that is more than ids. */
  #inherited(table: ShredTable): ReadonlyMap<string, ShredTable> | undefined {
    const all = new Map(table.inherited);
    for (const [column, nestedColumn] of this.#options.settings.propagation(table.name)) {
      if (column !== this.#names.id) return undefined;
      all.set(nestedColumn, table);
    }
    return all;
  }

  #requireColumns({ buffer, memory }: ShredTable): boolean {
    const columns = [...buffer.required].map((name) => memory.columns.get(name));
    if (columns.some((column) => column === undefined)) return false;
    for (const column of columns) this.#options.kernel.calls.requireColumn(memory.at, column!.at);
    return true;
  }

  #attach(table: ShredTable, parent: number): void {
    const { calls } = this.#options.kernel;
    const name = Buffer.from(table.name);
    table.memory.rows = table.buffer.bufferedRows;
    calls.attachTable(table.memory.at, parent, this.#copied(name), name.length);
    this.#tables.set(table.name, table);
  }

  #copied(bytes: Buffer): number {
    const { kernel } = this.#options;
    const at = kernel.calls.allocate(bytes.length + 8) >>> 0;
    kernel.bytes.set(bytes, at);
    return at;
  }
}

function ofKind(memory: KernelTable, name: string, kind: string): KernelColumn | undefined {
  const column = memory.columns.get(name);
  return column?.type.kind === kind ? column : undefined;
}
