import { GrowingBytes } from "./growing-bytes.ts";
import { varint } from "./varint.ts";

/**
 * Writes one struct in Thrift's compact protocol, as far as Parquet's metadata needs it.
 * Fields are given by number, in rising order; `finish` ends the struct.
 */
export class CompactWriter {
  readonly #out: GrowingBytes;
  #lastField = 0;

  constructor(room?: number) {
    this.#out = new GrowingBytes(room);
  }

  flag(field: number, value: boolean): void {
    this.#field(field, value ? wireType.true : wireType.false);
  }

  i32(field: number, value: number): void {
    this.#field(field, wireType.i32);
    this.#zigzag(value);
  }

  i64(field: number, value: number): void {
    this.#field(field, wireType.i64);
    this.#zigzag(value);
  }

  text(field: number, value: string): void {
    this.#field(field, wireType.binary);
    this.#text(value);
  }

  struct(field: number, write: () => void): void {
    this.#field(field, wireType.struct);
    this.#struct(write);
  }

  structs<T>(field: number, items: readonly T[], write: (item: T) => void): void {
    this.#list(field, wireType.struct, items.length);
    for (const item of items) this.#struct(() => write(item));
  }

  i32s(field: number, values: readonly number[]): void {
    this.#list(field, wireType.i32, values.length);
    for (const value of values) this.#zigzag(value);
  }

  texts(field: number, values: readonly string[]): void {
    this.#list(field, wireType.binary, values.length);
    for (const value of values) this.#text(value);
  }

  finish(): Uint8Array {
    this.#byte(stop);
    return this.#out.written();
  }

  // The number of a field is written as the distance to the one before it, when that fits four bits.
  #field(field: number, type: number): void {
    const distance = field - this.#lastField;
    if (distance > 0 && distance <= 15) {
      this.#byte((distance << 4) | type);
    } else {
      this.#byte(type);
      this.#zigzag(field);
    }
    this.#lastField = field;
  }

  #struct(write: () => void): void {
    const outer = this.#lastField;
    this.#lastField = 0;
    write();
    this.#byte(stop);
    this.#lastField = outer;
  }

  #list(field: number, type: number, length: number): void {
    this.#field(field, wireType.list);
    if (length < 15) {
      this.#byte((length << 4) | type);
    } else {
      this.#byte(0xf0 | type);
      this.#varint(length);
    }
  }

  #text(value: string): void {
    const size = Buffer.byteLength(value);
    this.#varint(size);
    this.#out.reserve(size);
    this.#out.size += this.#out.bytes.write(value, this.#out.size);
  }

  #zigzag(value: number): void {
    this.#varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  #varint(value: number): void {
    for (const byte of varint(value)) this.#byte(byte);
  }

  #byte(value: number): void {
    this.#out.reserve(1);
    this.#out.bytes[this.#out.size++] = value;
  }
}

const wireType = { true: 1, false: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

const stop = 0;
