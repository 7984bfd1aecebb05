import type { PresentValue } from "../../schema/json-value.ts";
import type { FlattenSettings } from "../flatten.ts";
import type { KeyNode, NameTree, PlaceNode } from "../name-tree.ts";
import type { Kernel } from "./kernel.ts";
import type { KernelTables, ShredTable } from "./kernel-tables.ts";
import { type Operation, operation, operationInto } from "./operation.ts";
import { fitsNever, type ValueClass, valueClass } from "./value-class.ts";

/** What the kernel is told of documents. */
interface ShapeOptions {
  readonly kernel: Kernel;
  readonly tables: KernelTables;
  readonly settings: FlattenSettings;
  readonly names: NameTree;
}

/** A place where keys stand, in rows of a table. */
interface Place {
  readonly at: number;
  readonly table: ShredTable;
  readonly node: PlaceNode;
  /** How many levels below it become columns and tables. */
  readonly level: number;
  readonly keys: Map<KeyNode, Key>;
}

export interface Key {
  readonly id: number;
  readonly at: number;
  readonly place: Place;
  readonly node: KeyNode;
  isSpelled: boolean;
}

interface List {
  readonly at: number;
  readonly place: Place;
  /** Of lists in it, which count as two levels. */
  readonly listPlace: Place;
}

/** Documents whose keys are values are for the reference: its tree of names forgets what the kernel would remember. */
const maxKeysOfPlace = 2000;

/**
 * Answers what the kernel asks when it meets a key, or a class of values under it, for the first time. It never decides anything new: a name, a table or a column
 * that is not there yet comes with a row that the reference does. So all of them come in the order, and with the contents, that the reference gives them.
 */
export class Shapes {
  readonly #options: ShapeOptions;
  readonly #places: Place[] = [];
  readonly #keys: Key[] = [];
  readonly #lists: List[] = [];
  readonly #roots = new Map<string, Place>();
  /** Keys by the column that they go to. */
  readonly #byColumn = new Map<ShredTable, Map<string, { readonly keys: Key[]; meeting: number }>>();

  #hasNewMeeting = false;
  /** Columns that got values of other columns, as their variants. */
  readonly #swerved = new Map<ShredTable, Set<string>>();

  constructor(options: ShapeOptions) {
    this.#options = options;
  }

  /** Rows of this table are next. False: the kernel cannot add any yet. */
  setRoot(name: string): boolean {
    const { kernel, tables, settings, names } = this.#options;
    let place = this.#roots.get(name);
    if (place === undefined) {
      const node = names.knownTable(name);
      const table = node === undefined || !names.isAlone(name) ? undefined : tables.attachRoot(name);
      if (table !== undefined) place = this.#addPlace(table, node!.row, settings.maxNesting(name) ?? defaultNesting);
      if (place !== undefined) this.#roots.set(name, place);
    }
    kernel.calls.setRoot(place?.at ?? 0, place?.table.memory.at ?? 0);
    return place !== undefined;
  }

  /** Appends a value that the kernel leaves to the host. */
  put(keyId: number, value: PresentValue, row: number): boolean {
    const { place, node } = this.#keys[keyId]!;
    return place.table.buffer.put(node.column, value, row, (column) => this.#maySwerve(place.table, column));
  }

  /** The address of the key of this name; 0 where the tree of names does not have it. */
  findKey(placeId: number, name: string, spelling: { readonly at: number; readonly bytes: number } | undefined): number {
    const place = this.#places[placeId]!;
    const node = place.node.keys.get(name);
    if (node === undefined || place.node.keys.size > maxKeysOfPlace || name === "__proto__") return 0;
    const key = this.#keyOf(place, node);
    if (key === undefined) return 0;
    const isFirstMeeting = this.#hasNewMeeting;
    this.#hasNewMeeting = false;
    if (spelling !== undefined && !key.isSpelled) {
      this.#options.kernel.calls.spellKey(key.at, place.at, spelling.at, spelling.bytes);
      key.isSpelled = true;
    }
    // The row at hand may have had the other key already, when nobody took note of that.
    return isFirstMeeting ? 0 : key.at;
  }

  /** The address of the key of elements that are no objects. */
  elementKey(listId: number, isList: boolean): number {
    const { place, listPlace } = this.#lists[listId]!;
    const node = place.node.keys.get(isList ? "list" : "value");
    const key = node && this.#keyOf(isList ? listPlace : place, node);
    const isFirstMeeting = this.#hasNewMeeting;
    this.#hasNewMeeting = false;
    return key === undefined || isFirstMeeting ? 0 : key.at;
  }

  /** Tells the kernel what to do with values of this class. False: only the reference can decide. */
  settle(keyId: number, of: ValueClass, value: () => PresentValue): boolean {
    const key = this.#keys[keyId]!;
    const { level, table } = key.place;
    const { settings } = this.#options;
    const isKept = (): boolean => level <= 0 || settings.isJsonColumn(table.name, key.node.column);
    switch (of) {
      case valueClass.null:
        return this.#set(key, of, operation.ignore, 0);
      case valueClass.object:
        if (isKept()) return this.#settleValue(key, of, value());
        return this.#set(key, of, operation.enterObject, this.#addPlace(table, key.node.below, level - 1).at);
      case valueClass.list:
      case valueClass.emptyList:
        return isKept() ? this.#settleValue(key, of, value()) : this.#settleList(key, of);
      default:
        return this.#settleValue(key, of, value());
    }
  }

  #settleValue(key: Key, of: ValueClass, value: PresentValue): boolean {
    const { node } = key;
    const { table } = key.place;
    const found = table.buffer.find(node.column, value);
    if (found === undefined) return false;
    const column = table.memory.columns.get(found.column);
    if (column === undefined) return false;
    const isOwn = found.column === node.column;
    if (!isOwn && !this.#maySwerve(table, found.column)) return false;
    const isNative = isOwn || (found.ownType !== undefined && fitsNever(found.ownType, of));
    return this.#set(key, of, isNative ? operationInto(column.type, of) : operation.askHost, column.at);
  }

  #settleList(key: Key, of: ValueClass): boolean {
    const { list: node } = key.node;
    if (node === undefined) return false;
    if (of === valueClass.emptyList) return this.#set(key, of, operation.ignore, 0);
    const { kernel, tables, settings, names } = this.#options;
    const { table: parent, level } = key.place;
    if (!names.isAlone(node.name) || settings.isRootTable(node.name)) return false;
    const table = tables.attachNested(node.name, parent);
    if (table === undefined) return false;
    const own = settings.nestedNesting?.(node.name);
    const place = this.#addPlace(table, node.row, own ?? level - 1);
    const listPlace = this.#addPlace(table, node.row, own ?? level - 2);
    const at = kernel.calls.createList(this.#lists.length, table.memory.at, place.at);
    this.#lists.push({ at, place, listPlace });
    return this.#set(key, of, operation.enterList, at);
  }

  #set(key: Key, of: ValueClass, what: Operation, target: number): true {
    this.#options.kernel.calls.setSlot(key.at, of, what, target);
    return true;
  }

  #addPlace(table: ShredTable, node: PlaceNode, level: number): Place {
    const id = this.#places.length;
    const place = { at: this.#options.kernel.calls.createPlace(id), table, node, level, keys: new Map() };
    this.#places.push(place);
    return place;
  }

  /** Undefined for a key whose values meet those that rows get besides their own. */
  #keyOf(place: Place, node: KeyNode): Key | undefined {
    const known = place.keys.get(node);
    if (known !== undefined) return known;
    if (place.table.added.has(node.column) || this.#swerved.get(place.table)?.has(node.column) === true) return undefined;
    const id = this.#keys.length;
    const key = { id, at: this.#options.kernel.calls.createKey(id), place, node, isSpelled: false };
    this.#keys.push(key);
    place.keys.set(node, key);
    this.#noteMeeting(key);
    return key;
  }

  /** A column has keys of its own or takes values as a variant; where rows have both, the reference refuses some of them. */
  #maySwerve(table: ShredTable, column: string): boolean {
    if (this.#byColumn.get(table)?.has(column) === true) return false;
    const columns = this.#swerved.get(table) ?? new Set();
    this.#swerved.set(table, columns.add(column));
    return true;
  }

  /** Of several keys of a row that go to one column, the reference knows which one counts. */
  #noteMeeting(key: Key): void {
    const { calls } = this.#options.kernel;
    const { table } = key.place;
    const columns = this.#byColumn.get(table) ?? new Map();
    this.#byColumn.set(table, columns);
    const met = columns.get(key.node.column) ?? { keys: [], meeting: 0 };
    columns.set(key.node.column, met);
    met.keys.push(key);
    if (met.keys.length === 1) return;
    if (met.meeting === 0) {
      met.meeting = calls.createMeeting();
      this.#hasNewMeeting = true;
      for (const each of met.keys) calls.setMeeting(each.at, met.meeting);
    } else calls.setMeeting(key.at, met.meeting);
  }
}

/** As in `flatten.ts`. */
const defaultNesting = 1000;
