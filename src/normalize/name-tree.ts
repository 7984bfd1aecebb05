import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { isBlank } from "../schema/naming/whitespace.ts";

/** A table and where it hangs. */
export interface TableNode {
  readonly name: string;
  readonly parent: string | undefined;
  /** The name before it was shortened; the names below are made of this. */
  readonly path: string;
  /** The keys down to here, as the documents have them. */
  readonly keyPath: string;
  readonly row: PlaceNode;
  /** The key that each column is made of: of several the last one. */
  readonly columns: Map<string, KeyNode>;
}

/** A place in the rows of a table: the row itself, or an object in it. */
export interface PlaceNode {
  /** The normalized keys down to here, joined by the path separator, not shortened; empty for the row itself. */
  readonly path: string;
  /** As the path, but `a__b` differs from `a` and `b` below it. */
  readonly id: string;
  /** The keys down to here in the row, as the documents have them. */
  readonly keyPath: string;
  readonly keys: Map<string, KeyNode>;
}

/** A key at a place. */
export interface KeyNode {
  readonly column: string;
  /** The place of an object under this key. */
  readonly below: PlaceNode;
  /** The nested table of a list under this key, once one was seen. */
  list: TableNode | undefined;
}

/** Two ways to one name. */
export interface Meeting<Node> {
  readonly table: string;
  readonly first: Node;
  readonly second: Node;
}

/** Hears of every name when it is worked out. */
export interface NameListener {
  table(table: TableNode): void;
  key(table: TableNode, place: PlaceNode, key: string, node: KeyNode): void;
  list(parent: TableNode, node: KeyNode, table: TableNode): void;
}

/** Documents whose keys are values (ids, dates) would fill the memory without a bound. */
const maxKeysOfPlace = 10_000;

/** The names of tables and columns by the way to them in a document. Every name is worked out once. */
export class NameTree {
  readonly #naming: NamingConvention;
  readonly #useBreakPath: boolean;
  readonly #tables = new Map<string, TableNode>();
  /** By name and way. */
  readonly #nestedTables = new Map<string, TableNode>();
  readonly #tableMeetings: Meeting<TableNode>[] = [];
  readonly #columnMeetings: Meeting<KeyNode>[] = [];
  readonly #listener: NameListener | undefined;

  constructor(naming: NamingConvention, useBreakPath: boolean, listener?: NameListener) {
    this.#naming = naming;
    this.#useBreakPath = useBreakPath;
    this.#listener = listener;
  }

  /** Every table that was named, those of documents first. */
  get tables(): readonly TableNode[] {
    return [...new Set([...this.#tables.values(), ...this.#nestedTables.values()])];
  }

  /** Different keys whose values would share a column. Whether they do depends on the values: objects and lists have no column. */
  get columnMeetings(): readonly Meeting<KeyNode>[] {
    return this.#columnMeetings;
  }

  get tableMeetings(): readonly Meeting<TableNode>[] {
    return this.#tableMeetings;
  }

  /** The tables that one of this name was found in so far. */
  parentsOf(name: string): readonly (string | undefined)[] {
    return [...this.#nestedTables.values()].filter((table) => table.name === name).map((table) => table.parent);
  }

  /** Such a table, if it was asked for before. */
  knownTable(name: string): TableNode | undefined {
    return this.#tables.get(name);
  }

  /** True when only one way leads to the tables of this name. */
  isAlone(name: string): boolean {
    const ways = [...this.#nestedTables.values()].filter((table) => table.name === name);
    return new Set(ways).size + (this.#tables.has(name) ? 1 : 0) === 1;
  }

  /** A table that documents are for. */
  table(name: string): TableNode {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = newTable({ name, parent: undefined, path: name, keyPath: name });
    for (const nested of this.#nestedTables.values())
      if (nested.name === name) this.#tableMeetings.push({ table: name, first: nested, second: table });
    this.#tables.set(name, table);
    this.#listener?.table(table);
    return table;
  }

  /** A key that `place.keys` does not have yet. */
  addKey(table: TableNode, place: PlaceNode, key: string): KeyNode {
    const name = this.#normalize(key);
    const path = this.#join(place.path, name);
    const keyPath = place.keyPath === "" ? key : `${place.keyPath}.${key}`;
    const below: PlaceNode = { path, id: `${place.id}\0${name}`, keyPath, keys: new Map() };
    const node: KeyNode = { column: this.#naming.shortenFragments(path), below, list: undefined };
    if (place.keys.size >= maxKeysOfPlace) place.keys.clear();
    place.keys.set(key, node);
    this.#noteColumn(table, node);
    this.#listener?.key(table, place, key, node);
    return node;
  }

  /** The table of the lists under a key of the rows of a table. */
  nestedTable(parent: TableNode, node: KeyNode): TableNode {
    if (node.list === undefined) {
      node.list = this.#newNestedTable(parent, node.below);
      this.#listener?.list(parent, node, node.list);
    }
    return node.list;
  }

  #noteColumn({ name: table, columns }: TableNode, node: KeyNode): void {
    const known = columns.get(node.column);
    if (known !== undefined && known.below.keyPath !== node.below.keyPath && this.#columnMeetings.length < maxKeysOfPlace)
      this.#columnMeetings.push({ table, first: known, second: node });
    if (columns.size >= maxKeysOfPlace) columns.clear();
    columns.set(node.column, node);
  }

  #newNestedTable(parent: TableNode, place: PlaceNode): TableNode {
    const path = this.#join(parent.path, place.path);
    const name = this.#naming.shortenFragments(path);
    const keyPath = `${parent.keyPath}.${place.keyPath}`;
    const id = `${name}\0${keyPath}`;
    const known = this.#nestedTables.get(id);
    // Its key was forgotten.
    if (known !== undefined) return known;
    const table = newTable({ name, parent: parent.name, path, keyPath });
    const first = this.#tables.get(name) ?? this.#nestedTables.get(name);
    if (first === undefined) this.#nestedTables.set(name, table);
    else this.#tableMeetings.push({ table: name, first, second: table });
    this.#nestedTables.set(id, table);
    return table;
  }

  /** A key without a visible character, or of separators only, has a name too. */
  #normalize(key: string): string {
    if (isBlank(key)) return emptyKey;
    return (this.#useBreakPath ? this.#naming.normalizePath(key) : this.#naming.normalizeIdentifier(key)) || emptyKey;
  }

  #join(path: string, name: string): string {
    return path === "" ? name : path + this.#naming.pathSeparator + name;
  }
}

const emptyKey = "_empty";

function newTable(about: Pick<TableNode, "name" | "parent" | "path" | "keyPath">): TableNode {
  return { ...about, row: { path: "", id: "", keyPath: "", keys: new Map() }, columns: new Map() };
}
