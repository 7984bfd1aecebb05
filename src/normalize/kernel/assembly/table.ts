// A table: its rows that wait to be written, and how those are tied to the rows above them.
import { append64, appendBytes, Column, clearColumn, createColumn, releaseColumn, settleColumn, truncate } from "./column";
import { allocate, allocateCleared, allocateKnowledge, blockBytes, release } from "./memory";
import { appendDocumentId } from "./row-ids";

@unmanaged
export class Table {
  /** That wait. The host reads and writes them, too. */
  rows: u32;
  /** Of these, so many have their ids and stay. */
  settledRows: u32;
  /** Its rows before the document at hand, when that has some. */
  firstRow: u32;
  document: u32;
  /** Names the row at hand. */
  rowStamp: u32;
  columns: usize;
  /** 0 for the table of documents. */
  parent: usize;
  /** The row of the parent, of each row that is not settled. */
  parentRows: usize;
  parentRoom: u32;
  name: usize;
  nameBytes: u32;
  id: usize;
  loadId: usize;
  parentId: usize;
  index: usize;
  inherited: usize;
  required: usize;
  /** Of the tables that the kernel appends to, in the order that parents come before their children. */
  next: usize;
}

/** A column that gets the id of the row in a table above. */
@unmanaged
export class Inherited {
  column: usize;
  from: usize;
  next: usize;
}

/** A column that has to have a value. */
@unmanaged
class Required {
  column: usize;
  next: usize;
}

let firstTable: usize = 0;
let lastTable: usize = 0;
let documents: u32 = 0;
let rowStamps: u32 = 0;
let loadIdText: usize = 0;
let loadIdBytes: u32 = 0;

export function headOfTables(): usize {
  return firstTable;
}

export function createTable(): Table {
  return changetype<Table>(allocateCleared(offsetof<Table>()));
}

export function addColumn(table: Table, width: u32): Column {
  const column = createColumn(width);
  column.next = table.columns;
  table.columns = changetype<usize>(column);
  settleColumn(column, table.rows);
  return column;
}

/** The kernel appends rows to the table from now on. `name` is a block of the kernel's. */
export function attachTable(table: Table, parent: usize, name: usize, nameBytes: u32): void {
  table.parent = parent;
  table.name = name;
  table.nameBytes = nameBytes;
  table.next = 0;
  if (firstTable === 0) firstTable = changetype<usize>(table);
  else changetype<Table>(lastTable).next = changetype<usize>(table);
  lastTable = changetype<usize>(table);
  settleTable(table);
}

export function nameSystemColumns(table: Table, id: usize, loadId: usize, parentId: usize, index: usize): void {
  table.id = id;
  table.loadId = loadId;
  table.parentId = parentId;
  table.index = index;
}

export function inherit(table: Table, column: usize, from: usize): void {
  const inherited = changetype<Inherited>(allocateKnowledge(offsetof<Inherited>()));
  inherited.column = column;
  inherited.from = from;
  inherited.next = table.inherited;
  table.inherited = changetype<usize>(inherited);
}

export function requireColumn(table: Table, column: usize): void {
  const required = changetype<Required>(allocateKnowledge(offsetof<Required>()));
  required.column = column;
  required.next = table.required;
  table.required = changetype<usize>(required);
}

/** The kernel knows no tables any more; their rows stay. */
export function detachTables(): void {
  for (let at = firstTable; at !== 0; at = changetype<Table>(at).next) {
    const table = changetype<Table>(at);
    table.inherited = 0;
    table.required = 0;
  }
  firstTable = 0;
  lastTable = 0;
}

export function setLoadId(text: usize, bytes: u32): void {
  loadIdText = text;
  loadIdBytes = bytes;
}

export function beginDocument(): void {
  documents += 1;
}

/** Adds a row of the table of documents. */
export function addDocumentRow(table: Table): u32 {
  const row = addRow(table);
  appendBytes(changetype<Column>(table.loadId), loadIdText, loadIdBytes, row);
  appendDocumentId(changetype<Column>(table.id), row);
  return row;
}

export function addNestedRow(table: Table, parentRow: u32, index: u32): u32 {
  const row = addRow(table);
  const unsettled = row - table.settledRows;
  if (unsettled >= table.parentRoom) growParentRows(table, unsettled);
  store<u32>(table.parentRows + (unsettled << 2), parentRow);
  append64(changetype<Column>(table.index), index, row);
  return row;
}

export function hasRequired(table: Table, row: u32): bool {
  for (let at = table.required; at !== 0; at = changetype<Required>(at).next)
    if (changetype<Column>(changetype<Required>(at).column).nextRow !== row + 1) return false;
  return true;
}

/** Takes back all rows of the document at hand. */
export function takeBackDocument(): void {
  for (let at = firstTable; at !== 0; at = changetype<Table>(at).next) {
    const table = changetype<Table>(at);
    if (table.document !== documents) continue;
    for (let column = table.columns; column !== 0; column = changetype<Column>(column).next)
      truncate(changetype<Column>(column), table.firstRow);
    table.rows = table.firstRow;
  }
}

/** All rows stay, as they are. */
export function settleTables(): void {
  for (let at = firstTable; at !== 0; at = changetype<Table>(at).next) settleTable(changetype<Table>(at));
}

function settleTable(table: Table): void {
  table.settledRows = table.rows;
  table.document = 0;
  for (let column = table.columns; column !== 0; column = changetype<Column>(column).next)
    settleColumn(changetype<Column>(column), table.rows);
}

/** Its rows were written. */
export function clearTable(table: Table): void {
  table.rows = 0;
  for (let column = table.columns; column !== 0; column = changetype<Column>(column).next) clearColumn(changetype<Column>(column));
  settleTable(table);
}

export function releaseTable(table: Table): void {
  for (let at = table.columns; at !== 0; ) {
    const column = changetype<Column>(at);
    at = column.next;
    releaseColumn(column);
  }
  if (table.parentRows !== 0) release(table.parentRows, table.parentRoom << 2);
  release(changetype<usize>(table), offsetof<Table>());
}

function addRow(table: Table): u32 {
  const row = table.rows;
  if (table.document !== documents) {
    table.document = documents;
    table.firstRow = row;
  }
  table.rows = row + 1;
  rowStamps += 1;
  table.rowStamp = rowStamps;
  return row;
}

function growParentRows(table: Table, needed: u32): void {
  const bytes = blockBytes(max<usize>((needed + 1) << 2, 1024));
  const rows = allocate(bytes);
  if (table.parentRows !== 0) {
    memory.copy(rows, table.parentRows, table.parentRoom << 2);
    release(table.parentRows, table.parentRoom << 2);
  }
  table.parentRows = rows;
  table.parentRoom = <u32>(bytes >> 2);
}
