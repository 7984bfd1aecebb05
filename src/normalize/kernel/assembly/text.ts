// Texts of JSON: their bytes go to a column as they are, 16 at a time, until a quote, a backslash or a control character stops them.
import { Column, growValues, markRow, reserve } from "./column";

export const quote: u8 = 0x22;
export const backslash: u8 = 0x5c;

/** Appends the text that begins behind an opening quote. Gives the place behind the closing one; 0 when it is no text of JSON. */
export function appendText(begin: usize, column: Column, row: u32): usize {
  reserve(column, 4);
  let from = begin;
  let to = column.values + column.size + 4;
  while (true) {
    // What is written behind the room lies in the slack.
    if (to > column.values + column.room) {
      const used = to - column.values;
      growValues(column, used, used);
      to = column.values + used;
    }
    const piece = v128.load(from);
    v128.store(to, piece);
    const stops = stopsIn(piece);
    if (stops === 0) {
      from += 16;
      to += 16;
      continue;
    }
    const plain = ctz(stops);
    from += plain;
    to += plain;
    const stop = load<u8>(from);
    if (stop === quote) break;
    if (stop !== backslash) return 0;
    to = writeEscaped(from, to);
    if (to === 0) return 0;
    from = escapeEnd;
  }
  const start = column.values + column.size;
  store<u32>(start, <u32>(to - start - 4));
  column.size = <u32>(to - column.values);
  markRow(column, row);
  return from + 1;
}

/** The place behind the quote that closes the text; 0 when there is none. Escapes are not looked at. */
export function endOfText(begin: usize): usize {
  let at = begin;
  while (true) {
    const stops = stopsIn(v128.load(at));
    if (stops === 0) {
      at += 16;
      continue;
    }
    at += ctz(stops);
    const stop = load<u8>(at);
    if (stop === quote) return at + 1;
    if (stop !== backslash) return 0;
    at += load<u8>(at + 1) < 32 ? 1 : 2;
  }
}

/** 1 for a text that stands for another type, 2 when that is a timestamp. Whether it is well-formed is not known yet. `at` is behind the quote. */
export function markOf(at: usize): u32 {
  if ((load<u32>(at) & 0xffff) === 0x80ef) return markOfByte(load<u8>(at + 2) - 0xa6, load<u8>(at + 3));
  // The same as an escape: \uf026 to \uf02d.
  if (load<u8>(at) !== backslash || load<u8>(at + 1) !== 0x75) return 0;
  const code = hexDigits(at + 2);
  return code < 0xf026 || code > 0xf02d ? 0 : min<u32>(markOfByte(<u8>(code - 0xf026), load<u8>(at + 6)), 1);
}

/** A mark alone is a text of one character. */
function markOfByte(kind: u8, following: u8): u32 {
  if (kind > 7 || following === quote) return 0;
  return kind === 1 ? 2 : 1;
}

function stopsIn(piece: v128): i32 {
  const ends = v128.or(i8x16.eq(piece, i8x16.splat(quote)), i8x16.eq(piece, i8x16.splat(backslash)));
  return i8x16.bitmask(v128.or(ends, i8x16.lt_u(piece, i8x16.splat(32))));
}

let escapeEnd: usize = 0;

/** Writes the character of the escape at `from`, and gives the place behind it; 0 when JSON has no such escape. Half of a surrogate pair becomes U+FFFD. */
function writeEscaped(from: usize, to: usize): usize {
  const letter = load<u8>(from + 1);
  escapeEnd = from + 2;
  switch (letter) {
    case quote:
    case backslash:
    case 0x2f:
      return writeByte(to, letter);
    case 0x6e:
      return writeByte(to, 10);
    case 0x74:
      return writeByte(to, 9);
    case 0x72:
      return writeByte(to, 13);
    case 0x62:
      return writeByte(to, 8);
    case 0x66:
      return writeByte(to, 12);
    case 0x75:
      break;
    default:
      return 0;
  }
  let code = hexDigits(from + 2);
  if (code < 0) return 0;
  escapeEnd = from + 6;
  if ((code & 0xf800) === 0xd800) {
    const low = code < 0xdc00 && load<u16>(from + 6) === 0x755c ? hexDigits(from + 8) : -1;
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      escapeEnd = from + 12;
    } else code = 0xfffd;
  }
  return writeCodePoint(to, code);
}

function writeByte(to: usize, byte: u8): usize {
  store<u8>(to, byte);
  return to + 1;
}

function writeCodePoint(to: usize, code: u32): usize {
  if (code < 0x80) return writeByte(to, <u8>code);
  if (code < 0x800) return writeTail(writeByte(to, <u8>(0xc0 | (code >> 6))), code, 1);
  if (code < 0x10000) return writeTail(writeByte(to, <u8>(0xe0 | (code >> 12))), code, 2);
  return writeTail(writeByte(to, <u8>(0xf0 | (code >> 18))), code, 3);
}

function writeTail(to: usize, code: u32, count: u32): usize {
  for (let left = count; left > 0; left--) to = writeByte(to, <u8>(0x80 | ((code >> ((left - 1) * 6)) & 63)));
  return to;
}

/** Negative when there are not four of them. */
function hexDigits(at: usize): i32 {
  let code: i32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const digit = hexDigit(load<u8>(at + i));
    if (digit > 15) return -1;
    code = (code << 4) | digit;
  }
  return code;
}

function hexDigit(character: u32): u32 {
  if (character - 0x30 <= 9) return character - 0x30;
  const letter = (character | 32) - 0x61;
  return letter <= 5 ? letter + 10 : 16;
}
