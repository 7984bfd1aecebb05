import type { KeyNode, NameListener, NameTree, PlaceNode, TableNode } from "./name-tree.ts";

/** The names that were worked out, in order, so that another tree can be made to know them. Numbers stand for what came before, each kind counted from 0. */
export type NameLog = readonly NameStep[];

type NameStep =
  /** A table of documents. */
  | readonly [kind: "table", name: string]
  /** A key of the rows of a table, or of the object below another key. */
  | readonly [kind: "key", table: number, below: number | undefined, key: string]
  /** The nested table of the lists under a key. */
  | readonly [kind: "list", table: number, node: number];

/** Writes down what a tree is asked for the first time. */
export class NameRecorder implements NameListener {
  readonly #steps: NameStep[] = [];
  readonly #tables = new Map<TableNode, number>();
  readonly #nodes = new Map<PlaceNode, number>();
  #tableSteps = 0;

  get log(): NameLog {
    return this.#steps;
  }

  table(table: TableNode): void {
    this.#steps.push(["table", table.name]);
    this.#addTable(table);
  }

  key(table: TableNode, place: PlaceNode, key: string, node: KeyNode): void {
    this.#steps.push(["key", this.#tables.get(table)!, this.#nodes.get(place), key]);
    this.#nodes.set(node.below, this.#nodes.size);
  }

  list(parent: TableNode, node: KeyNode, table: TableNode): void {
    this.#steps.push(["list", this.#tables.get(parent)!, this.#nodes.get(node.below)!]);
    this.#addTable(table);
  }

  #addTable(table: TableNode): void {
    this.#tables.set(table, this.#tableSteps++);
  }
}

/** Asks a tree for the names of a log. */
export function replayNames(log: NameLog, names: NameTree): void {
  const tables: TableNode[] = [];
  const nodes: KeyNode[] = [];
  for (const step of log) {
    switch (step[0]) {
      case "table":
        tables.push(names.table(step[1]));
        break;
      case "key": {
        const [, table, below, key] = step;
        const owner = tables[table]!;
        const place = below === undefined ? owner.row : nodes[below]!.below;
        nodes.push(place.keys.get(key) ?? names.addKey(owner, place, key));
        break;
      }
      default:
        tables.push(names.nestedTable(tables[step[1]]!, nodes[step[2]]!));
    }
  }
}
