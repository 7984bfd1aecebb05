// Goes over the rows of a piece of a raw file, once, and appends what it finds. Each function gives the place behind what it has read; 0: this document is for
// the reference, whatever the reason, or is no JSON.
import { append64, appendBit, Column } from "./column";
import { elementKey, fault, hostValue, referenceRow } from "./host";
import { moment, readMoment } from "./moment";
import { double, integer, isDouble, isInteger, isIntegralDouble, numberKind, readNumber } from "./number";
import { beginDocumentId, settleRows, takeBackDocumentId } from "./row-ids";
import {
  appendBool,
  appendDouble,
  appendInteger,
  appendMoment,
  appendPlainText,
  askHost,
  boolClass,
  doubleClass,
  emptyListClass,
  enterList,
  enterObject,
  ignore,
  integerClass,
  integralDoubleClass,
  isKey,
  Key,
  List,
  listClass,
  lookUpKey,
  Meeting,
  markedMomentClass,
  markedTextClass,
  nullClass,
  objectClass,
  operationOf,
  Place,
  rareNumberClass,
  targetOf,
  textClass,
  unknownOperation,
} from "./shape";
import { addDocumentRow, addNestedRow, beginDocument, hasRequired, settleTables, Table, takeBackDocument } from "./table";
import { appendText, endOfText, markOf, quote } from "./text";

/** Rows so far: of `shred`, in lists or not; nulls count. */
export let rowCount: u32 = 0;
/** Lines that are done, and rows that are done of the next one. */
export let lineCount: u32 = 0;
export let rowsOfLine: u32 = 0;
/** Where the line begins at which `shred` ended. */
export let lineStart: usize = 0;

let shouldStop: bool = false;

let root: usize = 0;
let rootTable: usize = 0;
let depth: u32 = 0;
let objects: u32 = 0;
const maxDepth: u32 = 200;

const openBrace: u8 = 0x7b;
const closeBrace: u8 = 0x7d;
const openBracket: u8 = 0x5b;
const closeBracket: u8 = 0x5d;
const comma: u8 = 0x2c;
const colon: u8 = 0x3a;
const newline: u8 = 0x0a;
const wordNull: u32 = 0x6c6c756e;
const wordTrue: u32 = 0x65757274;
const wordAlse: u32 = 0x65736c61;

/** Documents are rows of this table. */
export function setRoot(place: usize, table: usize): void {
  root = place;
  rootTable = table;
}

/** Asked by the host in the middle of `referenceRow`: ends `shred` behind the row. */
export function stop(): void {
  shouldStop = true;
}

/**
 * Takes whole lines, each a list of rows and a line feed, from `begin` to `end`. Bytes behind `end` may be looked at. Gives `end` when all is done; else a place within the line
 * at `lineStart` where the host has to go on: that line is no list of rows, or the host has said `stop`.
 */
export function shred(begin: usize, end: usize): usize {
  let at = begin;
  settleTables();
  rowCount = 0;
  lineCount = 0;
  shouldStop = false;
  while (at < end) {
    lineStart = at;
    rowsOfLine = 0;
    if (load<u8>(at) === newline) {
      at += 1;
      lineCount += 1;
      continue;
    }
    at = blanks(at);
    if (load<u8>(at) !== openBracket) return at;
    at = blanks(at + 1);
    if (load<u8>(at) === closeBracket) at += 1;
    else {
      while (true) {
        at = row(at, end);
        if (shouldStop) return at;
        at = blanks(at);
        const next = load<u8>(at);
        if (next !== comma && next !== closeBracket) return at;
        at += 1;
        if (next === closeBracket) break;
        at = blanks(at);
      }
    }
    at = blanks(at);
    if (load<u8>(at) !== newline) return at;
    at += 1;
    lineCount += 1;
  }
  return end;
}

function row(at: usize, end: usize): usize {
  rowCount += 1;
  rowsOfLine += 1;
  if (load<u32>(at) === wordNull) return at + 4;
  if (rootTable !== 0 && load<u8>(at) === openBrace) {
    const table = changetype<Table>(rootTable);
    beginDocument();
    beginDocumentId();
    depth = 0;
    const added = addDocumentRow(table);
    const behind = object(at + 1, changetype<Place>(root), table, added);
    if (behind !== 0 && hasRequired(table, added)) return behind;
    takeBackDocument();
    takeBackDocumentId();
  }
  // Without an end it is no JSON, which the reference finds out.
  const skipped = skip(at);
  const behind = skipped === 0 ? end : skipped;
  settleRows();
  referenceRow(at, behind);
  settleTables();
  return behind;
}

function object(begin: usize, place: Place, table: Table, row: u32): usize {
  depth += 1;
  if (depth > maxDepth) return 0;
  objects += 1;
  const stamp = objects;
  let before = changetype<usize>(place);
  let at = blanks(begin);
  if (load<u8>(at) === closeBrace) {
    depth -= 1;
    return at + 1;
  }
  while (true) {
    if (load<u8>(at) !== quote) return 0;
    at += 1;
    // `next` stands first, of places and of keys.
    let found = load<usize>(before);
    if (found === 0 || !isKey(changetype<Key>(found), at)) {
      found = lookUpKey(place, at);
      if (found === 0) return 0;
      store<usize>(before, found);
    }
    before = found;
    const spelled = changetype<Key>(found);
    at += spelled.bytes;
    const key = spelled.usual === 0 ? spelled : changetype<Key>(spelled.usual);
    // The last one of two counts, which columns cannot take back.
    if (key.object === stamp) return 0;
    key.object = stamp;
    if (key.meeting !== 0) {
      const meeting = changetype<Meeting>(key.meeting);
      if (meeting.rowStamp === table.rowStamp) return 0;
      meeting.rowStamp = table.rowStamp;
    }
    at = blanks(at);
    if (load<u8>(at) !== colon) return 0;
    at = value(blanks(at + 1), key, table, row);
    if (at === 0) return 0;
    at = blanks(at);
    const next = load<u8>(at);
    if (next === comma) at = blanks(at + 1);
    else if (next === closeBrace) {
      depth -= 1;
      return at + 1;
    } else return 0;
  }
}

function value(at: usize, key: Key, table: Table, row: u32): usize {
  switch (load<u8>(at)) {
    case quote:
      return text(at, key, row);
    case openBrace: {
      const operation = operationFor(key, objectClass, at);
      if (operation === enterObject) return object(at + 1, changetype<Place>(targetOf(key, objectClass)), table, row);
      return operation === askHost ? byHost(at, key, row) : 0;
    }
    case openBracket:
      return list(at, key, row);
    case 0x6e:
      if (load<u32>(at) !== wordNull) return 0;
      return operationFor(key, nullClass, at) === ignore ? at + 4 : 0;
    case 0x74:
      return load<u32>(at) === wordTrue ? truth(at, key, 1, row) : 0;
    case 0x66:
      return load<u32>(at + 1) === wordAlse ? truth(at, key, 0, row) : 0;
    default:
      return number(at, key, row);
  }
}

function text(at: usize, key: Key, row: u32): usize {
  const mark = markOf(at + 1);
  const valueClass = mark === 0 ? textClass : mark === 1 ? markedTextClass : markedMomentClass;
  const operation = operationFor(key, valueClass, at);
  if (operation === askHost) return byHost(at, key, row);
  const column = changetype<Column>(targetOf(key, valueClass));
  if (operation === appendPlainText) return column.nextRow === row + 1 ? 0 : appendText(at + 1, column, row);
  if (operation !== appendMoment) return 0;
  const behind = readMoment(valueClass === textClass ? at + 1 : at + 4);
  return behind === 0 ? byHost(at, key, row) : append(column, <u64>moment, row, behind);
}

function truth(at: usize, key: Key, isTrue: u32, row: u32): usize {
  const operation = operationFor(key, boolClass, at);
  if (operation === askHost) return byHost(at, key, row);
  if (operation !== appendBool) return 0;
  const column = changetype<Column>(targetOf(key, boolClass));
  if (column.nextRow === row + 1) return 0;
  appendBit(column, isTrue, row);
  return at + 5 - isTrue;
}

function number(at: usize, key: Key, row: u32): usize {
  const behind = readNumber(at);
  if (behind === 0) return 0;
  const kind = numberKind;
  const valueClass =
    kind === isInteger ? integerClass : kind === isDouble ? doubleClass : kind === isIntegralDouble ? integralDoubleClass : rareNumberClass;
  const whole = integer;
  const real = double;
  const operation = operationFor(key, valueClass, at);
  const column = changetype<Column>(targetOf(key, valueClass));
  if (operation === appendInteger) return append(column, <u64>whole, row, behind);
  if (operation === appendDouble) return append(column, reinterpret<u64>(real), row, behind);
  return operation === askHost ? byHost(at, key, row) : 0;
}

/** A row with two values for a column is for the reference, which knows what becomes of it. */
function append(column: Column, bits: u64, row: u32, behind: usize): usize {
  if (column.nextRow === row + 1) return 0;
  append64(column, bits, row);
  return behind;
}

function list(begin: usize, key: Key, parentRow: u32): usize {
  let at = blanks(begin + 1);
  const isEmpty = load<u8>(at) === closeBracket;
  const valueClass = isEmpty ? emptyListClass : listClass;
  const operation = operationFor(key, valueClass, begin);
  if (operation === askHost) return byHost(begin, key, parentRow);
  if (operation === ignore && isEmpty) return at + 1;
  if (operation !== enterList) return 0;
  depth += 1;
  if (depth > maxDepth) return 0;
  const rows = changetype<List>(targetOf(key, valueClass));
  const table = changetype<Table>(rows.table);
  let index: u32 = 0;
  while (true) {
    const row = addNestedRow(table, parentRow, index);
    index += 1;
    at = element(at, rows, table, row);
    if (at === 0 || !hasRequired(table, row)) return 0;
    at = blanks(at);
    const next = load<u8>(at);
    if (next === comma) at = blanks(at + 1);
    else if (next === closeBracket) {
      depth -= 1;
      return at + 1;
    } else return 0;
  }
}

function element(at: usize, rows: List, table: Table, row: u32): usize {
  const first = load<u8>(at);
  if (first === openBrace) return object(at + 1, changetype<Place>(rows.place), table, row);
  const isList = first === openBracket;
  let found = isList ? rows.listKey : rows.valueKey;
  if (found === 0) {
    found = elementKey(rows.id, isList ? 1 : 0);
    if (found === 0) return 0;
    if (isList) rows.listKey = found;
    else rows.valueKey = found;
  }
  return value(at, changetype<Key>(found), table, row);
}

function operationFor(key: Key, valueClass: u32, at: usize): u32 {
  const operation = operationOf(key, valueClass);
  if (operation !== unknownOperation) return operation;
  const behind = skip(at);
  if (behind === 0 || fault(key.id, valueClass, at, behind) === 0) return unknownOperation;
  return operationOf(key, valueClass);
}

function byHost(at: usize, key: Key, row: u32): usize {
  const behind = skip(at);
  return behind !== 0 && hostValue(key.id, at, behind, row) !== 0 ? behind : 0;
}

/** The place behind a value that somebody else reads, and checks; 0 when it has no end. */
function skip(begin: usize): usize {
  let at = begin;
  let open: u32 = 0;
  while (true) {
    const first = load<u8>(at);
    if (first === quote) {
      at = endOfText(at + 1);
      if (at === 0) return 0;
    } else if (first === openBrace || first === openBracket) {
      open += 1;
      at += 1;
    } else if (first === closeBrace || first === closeBracket) {
      if (open === 0) return at;
      open -= 1;
      at += 1;
    } else if (first < 32 && first !== 9 && first !== 13) return open === 0 ? at : 0;
    else if (open !== 0) at += 1;
    else {
      while (isWordByte(load<u8>(at))) at += 1;
      return at;
    }
    if (open === 0) return at;
  }
}

/** Of numbers, `true`, `false`, `null`; the wrong ones too. */
function isWordByte(byte: u8): bool {
  return byte > 32 && byte !== comma && byte !== closeBracket && byte !== closeBrace && byte !== quote && byte !== colon;
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
