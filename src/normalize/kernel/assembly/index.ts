// What the host may call. ARCHITECTURE.md tells how the kernel works.

export { growBits, growValues } from "./column";
export { lineCount, lineStart, rowCount, rowsOfLine, setRoot, shred, stop } from "./document";
export { allocate, release } from "./memory";
export { randomPool, settleRows, setUsedRandomBytes, usedRandomBytes } from "./row-ids";
export { createKey, createList, createMeeting, createPlace, forgetKeys, setMeeting, setSlot, spellKey } from "./shape";
export {
  addColumn,
  attachTable,
  clearTable,
  createTable,
  detachTables,
  inherit,
  nameSystemColumns,
  releaseTable,
  requireColumn,
  setLoadId,
} from "./table";
