// Goes over JSON lines, an object per line, and makes of the line feeds between them the commas of a list. What is no such line is left to the host.
import { isInexact, outOfMemory } from "./host";

/** Why `take` ended: at the end, or since there was enough. */
const isDone: u32 = 0;
/** The line is JSON, and has numbers of more digits than a double. */
const hasInexact: u32 = 1;
/** Anything else: several lines for one value, a list, no JSON. */
const isOther: u32 = 2;

export let status: u32 = 0;
/** Rows that were taken, and where the last one ends. */
export let rowCount: u32 = 0;
export let rowsEnd: usize = 0;

const quote: u8 = 0x22;
const backslash: u8 = 0x5c;
const newline: u8 = 0x0a;
const comma: u8 = 0x2c;
const maxDepth: u32 = 100;
/** Numbers of fewer characters come back from a double. */
const exactLength: usize = 16;

let depth: u32 = 0;
let isRowInexact: bool = false;

let room: usize = 0;

/** Where so many bytes can be put. Anything may stand in the bytes around them. */
export function bufferOf(bytes: usize): usize {
  const start = (__heap_base + 63) & ~63;
  if (bytes + 64 > room) {
    const missing = <i32>((start + bytes + 64 + 0xffff) >> 16) - memory.size();
    if (missing > 0 && memory.grow(missing) < 0) outOfMemory();
    room = bytes + 64;
  }
  return start;
}

/** Takes lines from `begin` on until their rows have `enough` bytes. Gives the begin of the line that is next. */
export function take(begin: usize, end: usize, enough: usize): usize {
  // Whatever is there: a line feed ends all texts and numbers.
  store<u8>(end, newline);
  rowCount = 0;
  rowsEnd = begin;
  status = isDone;
  let lineFeed: usize = 0;
  let at = begin;
  while (at < end && at - begin < enough) {
    const line = at;
    at = blanks(at);
    if (load<u8>(at) === newline) {
      if (at < end) store<u8>(at, 0x20);
      at += 1;
      continue;
    }
    depth = 0;
    isRowInexact = false;
    const behind = load<u8>(at) === 0x7b ? members(at, 0x7d) : 0;
    const next = behind === 0 ? 0 : blanks(behind);
    if (next === 0 || load<u8>(next) !== newline) {
      status = isOther;
      return line;
    }
    if (isRowInexact) {
      status = hasInexact;
      return line;
    }
    if (rowCount > 0) store<u8>(lineFeed, comma);
    lineFeed = next;
    rowCount += 1;
    rowsEnd = behind;
    at = next + 1;
  }
  return min(at, end);
}

// Each gives the place behind what it has read; 0 when that is not JSON.

/** Of an object or a list, from the opening bracket on. */
function members(begin: usize, close: u8): usize {
  depth += 1;
  if (depth > maxDepth) return 0;
  let at = blanks(begin + 1);
  if (load<u8>(at) !== close) {
    while (true) {
      if (close === 0x7d) {
        if (load<u8>(at) !== quote) return 0;
        at = text(at);
        if (at === 0) return 0;
        at = blanks(at);
        if (load<u8>(at) !== 0x3a) return 0;
        at = blanks(at + 1);
      }
      at = value(at);
      if (at === 0) return 0;
      at = blanks(at);
      if (load<u8>(at) !== comma) break;
      at = blanks(at + 1);
    }
    if (load<u8>(at) !== close) return 0;
  }
  depth -= 1;
  return at + 1;
}

function value(at: usize): usize {
  switch (load<u8>(at)) {
    case quote:
      return text(at);
    case 0x7b:
      return members(at, 0x7d);
    case 0x5b:
      return members(at, 0x5d);
    case 0x74:
      return load<u32>(at) === 0x65757274 ? at + 4 : 0;
    case 0x66:
      return load<u32>(at + 1) === 0x65736c61 ? at + 5 : 0;
    case 0x6e:
      return load<u32>(at) === 0x6c6c756e ? at + 4 : 0;
    default:
      return number(at);
  }
}

function text(begin: usize): usize {
  let at = begin + 1;
  while (true) {
    const piece = v128.load(at);
    const ends = v128.or(i8x16.eq(piece, i8x16.splat(quote)), i8x16.eq(piece, i8x16.splat(backslash)));
    const stops = i8x16.bitmask(v128.or(ends, i8x16.lt_u(piece, i8x16.splat(32))));
    if (stops === 0) {
      at += 16;
      continue;
    }
    at += ctz(stops);
    const stop = load<u8>(at);
    if (stop === quote) return at + 1;
    if (stop !== backslash) return 0;
    at = behindEscape(at + 1);
    if (at === 0) return 0;
  }
}

function behindEscape(at: usize): usize {
  switch (load<u8>(at)) {
    case quote:
    case backslash:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at + 1;
    case 0x75:
      return isHex(at + 1) && isHex(at + 2) && isHex(at + 3) && isHex(at + 4) ? at + 5 : 0;
    default:
      return 0;
  }
}

function isHex(at: usize): bool {
  const character = <u32>load<u8>(at);
  return character - 0x30 <= 9 || (character | 32) - 0x61 <= 5;
}

function number(begin: usize): usize {
  let at = begin;
  if (load<u8>(at) === 0x2d) at += 1;
  if (load<u8>(at) === 0x30) at += 1;
  else {
    at = digits(at);
    if (at === 0) return 0;
  }
  let isDouble = false;
  if (load<u8>(at) === 0x2e) {
    isDouble = true;
    at = digits(at + 1);
    if (at === 0) return 0;
  }
  if ((load<u8>(at) | 32) === 0x65) {
    isDouble = true;
    const sign = load<u8>(at + 1);
    at = digits(sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
    if (at === 0) return 0;
  }
  if (isDouble && at - begin > exactLength && isInexact(begin, at) !== 0) isRowInexact = true;
  return at;
}

function digits(begin: usize): usize {
  let at = begin;
  while (<u32>load<u8>(at) - 0x30 <= 9) at += 1;
  return at === begin ? 0 : at;
}

/** White space within a line. */
function blanks(at: usize): usize {
  return load<u8>(at) > 0x20 ? at : behindBlanks(at);
}

function behindBlanks(begin: usize): usize {
  let at = begin;
  while (true) {
    const byte = load<u8>(at);
    if (byte !== 0x20 && byte !== 9 && byte !== 13) return at;
    at += 1;
  }
}
