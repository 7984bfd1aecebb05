// A column of the rows that wait to be written: values one after the other as Parquet stores them, and a bit per row that says whether it has one.
// The host reads and writes these fields, too (`column-memory.ts`): their order is known there.
import { allocate, allocateCleared, blockBytes, release } from "./memory";

@unmanaged
export class Column {
  values: usize;
  /** Bytes of values. */
  size: u32;
  /** So many bytes may be used; `slack` more can be written to. */
  room: u32;
  bits: usize;
  /** Rows that have a bit. */
  bitRoom: u32;
  /** Values. */
  count: u32;
  /** No row from this one on has a value. */
  nextRow: u32;
  /** Bytes of a value; see below. */
  width: u32;
  /** As it was after so many rows, which are not taken back any more. */
  settledRows: u32;
  settledSize: u32;
  settledCount: u32;
  /** Of the same table. */
  next: usize;
}

/** Values have their size in front, in four bytes. */
export const anyWidth: u32 = 0;
/** Values are bits. */
export const bitWidth: u32 = 1;

const slack: u32 = 32;

export function createColumn(width: u32): Column {
  const column = changetype<Column>(allocateCleared(offsetof<Column>()));
  column.width = width;
  return column;
}

export function releaseColumn(column: Column): void {
  if (column.values !== 0) release(column.values, column.room + slack);
  if (column.bits !== 0) release(column.bits, column.bitRoom >> 3);
  release(changetype<usize>(column), offsetof<Column>());
}

/** Makes room for more bytes behind the values. */
export function reserve(column: Column, more: u32): void {
  if (column.size + more > column.room) growValues(column, column.size, more);
}

/** The same where `used` bytes are to be kept, which may be more than the values have. */
export function growValues(column: Column, used: usize, more: usize): void {
  const room = <u32>blockBytes(max<usize>(used + more + slack, 1024)) - slack;
  const values = allocate(room + slack);
  if (column.values !== 0) {
    memory.copy(values, column.values, used);
    release(column.values, column.room + slack);
  }
  column.values = values;
  column.room = room;
}

/** Says that the row has a value. Rows rise. */
export function markRow(column: Column, row: u32): void {
  if (row >= column.bitRoom) growBits(column, row);
  const byte = column.bits + (row >> 3);
  store<u8>(byte, load<u8>(byte) | <u8>((<u32>1) << (row & 7)));
  column.count += 1;
  column.nextRow = row + 1;
}

export function growBits(column: Column, row: u32): void {
  const bytes = blockBytes(max<usize>((row >> 3) + 1, 128));
  const bits = allocate(bytes);
  const before = column.bitRoom >> 3;
  if (column.bits !== 0) {
    memory.copy(bits, column.bits, before);
    release(column.bits, before);
  }
  memory.fill(bits + before, 0, bytes - before);
  column.bits = bits;
  column.bitRoom = <u32>(bytes << 3);
}

export function append64(column: Column, value: u64, row: u32): void {
  reserve(column, 8);
  store<u64>(column.values + column.size, value);
  column.size += 8;
  markRow(column, row);
}

export function appendBit(column: Column, value: u32, row: u32): void {
  reserve(column, 1);
  const index = column.count;
  const byte = column.values + (index >> 3);
  if ((index & 7) === 0) {
    store<u8>(byte, <u8>value);
    column.size += 1;
  } else store<u8>(byte, load<u8>(byte) | <u8>(value << (index & 7)));
  markRow(column, row);
}

/** A text of these bytes. */
export function appendBytes(column: Column, from: usize, bytes: u32, row: u32): void {
  reserve(column, 4 + bytes);
  const to = column.values + column.size;
  store<u32>(to, bytes);
  memory.copy(to + 4, from, bytes);
  column.size += 4 + bytes;
  markRow(column, row);
}

/** Rows so far stay. */
export function settleColumn(column: Column, rows: u32): void {
  column.settledRows = rows;
  column.settledSize = column.size;
  column.settledCount = column.count;
}

/** Forgets the values of the rows from `rows` on, none of which is settled. Nothing was written down for that: sizes are found out by going over the values. */
export function truncate(column: Column, rows: u32): void {
  if (column.nextRow <= rows) return;
  const kept = countBits(column.bits, column.settledRows, rows);
  clearBits(column.bits, rows, column.nextRow);
  // Exactly: a column without gaps is written as such.
  let next = rows;
  while (next > 0 && !hasBit(column.bits, next - 1)) next -= 1;
  column.nextRow = next;
  column.count = column.settledCount + kept;
  if (column.width === bitWidth) {
    column.size = (column.count + 7) >> 3;
    const over = column.count & 7;
    const last = column.values + column.size - 1;
    if (over !== 0) store<u8>(last, load<u8>(last) & <u8>(((<u32>1) << over) - 1));
  } else if (column.width !== anyWidth) column.size = column.settledSize + kept * column.width;
  else {
    let size = column.settledSize;
    for (let i: u32 = 0; i < kept; i++) size += 4 + load<u32>(column.values + size);
    column.size = size;
  }
}

export function clearColumn(column: Column): void {
  if (column.bits !== 0) memory.fill(column.bits, 0, (column.nextRow + 7) >> 3);
  column.size = 0;
  column.count = 0;
  column.nextRow = 0;
  settleColumn(column, 0);
}

function countBits(bits: usize, from: u32, to: u32): u32 {
  let count: u32 = 0;
  let row = from;
  for (; row < to && (row & 7) !== 0; row++) count += (load<u8>(bits + (row >> 3)) >> (row & 7)) & 1;
  for (; row + 8 <= to; row += 8) count += popcnt<u32>(load<u8>(bits + (row >> 3)));
  for (; row < to; row++) count += (load<u8>(bits + (row >> 3)) >> (row & 7)) & 1;
  return count;
}

function hasBit(bits: usize, row: u32): bool {
  return ((load<u8>(bits + (row >> 3)) >> (row & 7)) & 1) !== 0;
}

function clearBits(bits: usize, from: u32, to: u32): void {
  const first = bits + (from >> 3);
  store<u8>(first, load<u8>(first) & <u8>(((<u32>1) << (from & 7)) - 1));
  const end = bits + ((to + 7) >> 3);
  if (end > first + 1) memory.fill(first + 1, 0, end - first - 1);
}
