import { InternalError } from "../../core/errors.ts";
import { compile, instantiate } from "../../core/web-assembly.ts";

/** What the kernel exports: see `assembly/index.ts`. Numbers are addresses, unless they are named otherwise. */
interface KernelCalls {
  readonly memory: { readonly buffer: ArrayBuffer };
  allocate(bytes: number): number;
  release(block: number, bytes: number): void;
  growValues(column: number, used: number, more: number): void;
  growBits(column: number, row: number): void;
  createTable(): number;
  addColumn(table: number, width: number): number;
  clearTable(table: number): void;
  releaseTable(table: number): void;
  attachTable(table: number, parent: number, name: number, nameBytes: number): void;
  nameSystemColumns(table: number, id: number, loadId: number, parentId: number, index: number): void;
  inherit(table: number, column: number, from: number): void;
  requireColumn(table: number, column: number): void;
  detachTables(): void;
  setLoadId(text: number, bytes: number): void;
  createPlace(id: number): number;
  createKey(id: number): number;
  spellKey(key: number, place: number, from: number, bytes: number): void;
  createList(id: number, table: number, place: number): number;
  createMeeting(): number;
  setMeeting(key: number, meeting: number): void;
  setSlot(key: number, valueClass: number, operation: number, target: number): void;
  forgetKeys(): void;
  setRoot(place: number, table: number): void;
  shred(begin: number, end: number): number;
  stop(): void;
  readonly lineCount: { readonly value: number };
  readonly lineStart: { readonly value: number };
  readonly rowCount: { readonly value: number };
  readonly rowsOfLine: { readonly value: number };
  settleRows(): void;
  randomPool(): number;
  usedRandomBytes(): number;
  setUsedRandomBytes(used: number): void;
}

/** Who answers the kernel while it is at work: see `assembly/host.ts`. 0 leaves the row to the reference. */
export interface KernelHost {
  fault(key: number, valueClass: number, from: number, to: number): number;
  hostValue(key: number, from: number, to: number, row: number): number;
  findKey(place: number, from: number, bytes: number): number;
  elementKey(list: number, isList: number): number;
  referenceRow(from: number, to: number): void;
  moreRandomBytes(): void;
}

/** One kernel with its memory: for one thread, and one package at a time. */
export class Kernel {
  readonly calls: KernelCalls;
  /** All of its memory. Both are replaced when that grows: never keep them. */
  bytes: Buffer;
  words: Uint32Array;
  /** Set while rows are shredded. */
  host: KernelHost | undefined;

  private constructor(module: object) {
    const host = (): KernelHost => {
      if (this.host === undefined) throw new InternalError("The kernel asks, and nobody shreds.");
      return this.host;
    };
    const imports = {
      fault: (key: number, of: number, from: number, to: number) => host().fault(key, of, from, to),
      hostValue: (key: number, from: number, to: number, row: number) => host().hostValue(key, from, to, row),
      findKey: (place: number, from: number, bytes: number) => host().findKey(place, from, bytes),
      elementKey: (list: number, isList: number) => host().elementKey(list, isList),
      referenceRow: (from: number, to: number) => host().referenceRow(from, to),
      moreRandomBytes: () => host().moreRandomBytes(),
      slowNumber: (from: number, to: number) => Number(this.bytes.toString("latin1", from >>> 0, to >>> 0)),
      memoryGrew: () => this.#view(),
      outOfMemory: () => {
        throw new InternalError("The rows that wait to be written need more than 4 GB.");
      },
    };
    this.calls = instantiate(module, { host: imports }) as KernelCalls;
    this.bytes = Buffer.alloc(0);
    this.words = new Uint32Array(0);
    this.#view();
  }

  /** Compiles it when that was not done yet: some milliseconds. Undefined where it cannot run. */
  static async create(): Promise<Kernel | undefined> {
    const { kernelBytes } = await import("./kernel-bytes.ts");
    compiled ??= compile(kernelBytes);
    return compiled && new Kernel(compiled);
  }

  /** Forgets keys and tables. Rows that wait stay. */
  forget(): void {
    this.calls.setRoot(0, 0);
    this.calls.detachTables();
    this.calls.forgetKeys();
  }

  #view(): void {
    const { buffer } = this.calls.memory;
    this.bytes = Buffer.from(buffer);
    this.words = new Uint32Array(buffer);
  }
}

let compiled: object | undefined;
