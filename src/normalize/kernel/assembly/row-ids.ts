// Ids of rows: 14 characters of base64. Those of documents are random bytes of the host's, those of nested rows SHAKE-128 of the id above, the table and the
// place in the list. Nested rows get theirs later, many at a time, since two hashes at once take hardly longer than one.
import { appendBytes, Column, markRow, reserve } from "./column";
import { moreRandomBytes } from "./host";
import { keccak } from "./keccak";
import { headOfTables, Inherited, settleTables, Table } from "./table";

const idBytes: usize = 10;
const idCharacters: u32 = 14;
/** In a column: with the size in front. */
const entryBytes: u32 = 4 + idCharacters;

const poolBytes: usize = 10_000;
const pool: usize = memory.data(10_000, 16);
let poolAt: usize = poolBytes;

/** The host writes random bytes here: `randomPoolBytes` of them. */
export function randomPool(): usize {
  return pool;
}

/** How many of them are used up. The reference takes from the same bytes. */
export function usedRandomBytes(): usize {
  return poolAt;
}

export function setUsedRandomBytes(used: usize): void {
  poolAt = used;
}

/** Asks for more before anything of the document is done, so that a document that is taken back gives its bytes back, too. */
export function beginDocumentId(): void {
  if (poolAt < poolBytes) return;
  moreRandomBytes();
  poolAt = 0;
}

/** The id of the row of a document. */
export function appendDocumentId(column: Column, row: u32): void {
  reserve(column, entryBytes);
  writeId(column.values + column.size, load<u64>(pool + poolAt), load<u16>(pool + poolAt + 8));
  poolAt += idBytes;
  column.size += entryBytes;
  markRow(column, row);
}

export function takeBackDocumentId(): void {
  poolAt -= idBytes;
}

/** Gives all nested rows that have none their ids, and what else they have of the rows above. After this they stay. */
export function settleRows(): void {
  for (let at = headOfTables(); at !== 0; at = changetype<Table>(at).next) {
    const table = changetype<Table>(at);
    if (table.rows === table.settledRows) continue;
    if (table.parent !== 0) addIds(table);
  }
  settleTables();
}

function addIds(table: Table): void {
  const from = table.settledRows;
  const rows = table.rows;
  const parent = changetype<Table>(table.parent);
  const ids = changetype<Column>(table.id);
  const parentIds = changetype<Column>(table.parentId);
  const indexes = changetype<Column>(table.index);
  reserve(ids, (rows - from) * entryBytes);
  reserve(parentIds, (rows - from) * entryBytes);
  const index = indexes.values + indexes.settledSize;
  for (let row = from; row < rows; row += 2) {
    const lanes: u32 = row + 1 < rows ? 2 : 1;
    memory.fill(state, 0, stateBytes);
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const unsettled = row + lane - from;
      const above = idOf(parent, load<u32>(table.parentRows + (unsettled << 2)));
      appendBytes(parentIds, above + 4, idCharacters, row + lane);
      absorb(lane, above + 4, table, load<u32>(index + (unsettled << 3)));
    }
    keccak(state);
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const half = state + (lane << 3);
      writeId(ids.values + ids.size, load<u64>(half), load<u16>(half + 16));
      ids.size += entryBytes;
      markRow(ids, row + lane);
    }
  }
  for (let at = table.inherited; at !== 0; at = changetype<Inherited>(at).next) addInherited(table, changetype<Inherited>(at));
}

function addInherited(table: Table, inherited: Inherited): void {
  for (let row = table.settledRows; row < table.rows; row++) {
    let above = row;
    for (let at = table; changetype<usize>(at) !== inherited.from; at = changetype<Table>(at.parent))
      above = load<u32>(at.parentRows + ((above - at.settledRows) << 2));
    appendBytes(changetype<Column>(inherited.column), idOf(changetype<Table>(inherited.from), above) + 4, idCharacters, row);
  }
}

/** The entry of a row that is not settled: all such have ids of the kernel's, of one size. */
function idOf(table: Table, row: u32): usize {
  const column = changetype<Column>(table.id);
  return column.values + column.settledSize + (row - table.settledRows) * entryBytes;
}

const state: usize = memory.data(400, 16);
const stateBytes: usize = 400;
const shakeRate: usize = 168;
/** As long as a block: tables with names that are too long for it are not the kernel's. */
const message: usize = memory.data(192, 16);
const underscore: u8 = 0x5f;

/** Puts `parent_table_index` with its padding into one half of the state. */
function absorb(lane: u32, parentId: usize, table: Table, index: u32): void {
  memory.copy(message, parentId, idCharacters);
  let end = message + idCharacters;
  store<u8>(end, underscore);
  memory.copy(end + 1, table.name, table.nameBytes);
  end += 1 + table.nameBytes;
  store<u8>(end, underscore);
  end = writeDecimal(end + 1, index);
  store<u8>(end, 0x1f);
  store<u64>(end + 1, 0);
  const half = state + (lane << 3);
  const bytes = end + 1 - message;
  for (let i: usize = 0; i < bytes; i += 8) store<u64>(half + (i << 1), load<u64>(message + i));
  const last = half + ((shakeRate - 8) << 1);
  store<u64>(last, load<u64>(last) ^ 0x8000_0000_0000_0000);
}

function writeDecimal(to: usize, number: u32): usize {
  let digits: usize = 1;
  for (let rest = number; rest >= 10; rest /= 10) digits += 1;
  let rest = number;
  for (let i = digits; i > 0; i--) {
    store<u8>(to + i - 1, <u8>(0x30 + (rest % 10)));
    rest /= 10;
  }
  return to + digits;
}

const alphabet: usize = memory.data(64);
fillAlphabet();

function fillAlphabet(): void {
  for (let i: u32 = 0; i < 26; i++) {
    store<u8>(alphabet + i, <u8>(0x41 + i));
    store<u8>(alphabet + 26 + i, <u8>(0x61 + i));
  }
  for (let i: u32 = 0; i < 10; i++) store<u8>(alphabet + 52 + i, <u8>(0x30 + i));
  store<u8>(alphabet + 62, 0x2b);
  store<u8>(alphabet + 63, 0x2f);
}

/** Base64 of ten bytes, without the padding, as an entry of a column. */
function writeId(to: usize, first: u64, last: u64): void {
  store<u32>(to, idCharacters);
  const bits = bswap<u64>(first);
  for (let i: usize = 0; i < 10; i++) store<u8>(to + 4 + i, load<u8>(alphabet + <usize>((bits >> (58 - i * 6)) & 63)));
  const tail = ((bits & 15) << 16) | ((last & 0xff) << 8) | (last >> 8);
  store<u8>(to + 14, load<u8>(alphabet + <usize>(tail >> 14)));
  store<u8>(to + 15, load<u8>(alphabet + <usize>((tail >> 8) & 63)));
  store<u8>(to + 16, load<u8>(alphabet + <usize>((tail >> 2) & 63)));
  store<u8>(to + 17, load<u8>(alphabet + <usize>((tail & 3) << 4)));
}
