import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { isBlank } from "../schema/naming/whitespace.ts";

/** A table and where it hangs. */
export interface TableNode {
  readonly name: string;
  readonly parent: string | undefined;
  /** The name before it was shortened; the names below are made of this. */
  readonly path: string;
  readonly row: PlaceNode;
}

/** A place in the rows of a table: the row itself, or an object in it. */
export interface PlaceNode {
  /** The normalized keys down to here, joined by the path separator, not shortened; empty for the row itself. */
  readonly path: string;
  /** As the path, but `a__b` differs from `a` and `b` below it. */
  readonly id: string;
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

/** Documents whose keys are values (ids, dates) would fill the memory without a bound. */
const maxKeysOfPlace = 10_000;

/** The names of tables and columns by the way to them in a document. Every name is worked out once. */
export class NameTree {
  readonly #naming: NamingConvention;
  readonly #useBreakPath: boolean;
  readonly #tables = new Map<string, TableNode>();

  constructor(naming: NamingConvention, useBreakPath: boolean) {
    this.#naming = naming;
    this.#useBreakPath = useBreakPath;
  }

  /** A table that documents are for. */
  table(name: string): TableNode {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table: TableNode = { name, parent: undefined, path: name, row: newRow() };
    this.#tables.set(name, table);
    return table;
  }

  /** A key that `place.keys` does not have yet. */
  addKey(place: PlaceNode, key: string): KeyNode {
    const name = this.#normalize(key);
    const path = this.#join(place.path, name);
    const below: PlaceNode = { path, id: `${place.id}\0${name}`, keys: new Map() };
    const node: KeyNode = { column: this.#naming.shortenFragments(path), below, list: undefined };
    if (place.keys.size >= maxKeysOfPlace) place.keys.clear();
    place.keys.set(key, node);
    return node;
  }

  /** The table of the lists under a key of the rows of a table. */
  nestedTable(parent: TableNode, node: KeyNode): TableNode {
    node.list ??= this.#newNestedTable(parent, node.below.path);
    return node.list;
  }

  #newNestedTable(parent: TableNode, placePath: string): TableNode {
    const path = this.#join(parent.path, placePath);
    return { name: this.#naming.shortenFragments(path), parent: parent.name, path, row: newRow() };
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

function newRow(): PlaceNode {
  return { path: "", id: "", keys: new Map() };
}
