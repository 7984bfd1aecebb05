/** Columns that have a value to write: a table of a thousand columns may get rows with ten. One at least, since rows without any value are rows, too. */
export function usedColumns<Column extends { readonly byteSize: number }>(columns: ReadonlyMap<string, Column>): Map<string, Column> {
  const used = new Map([...columns].filter(([, column]) => column.byteSize > 0));
  return used.size > 0 ? used : new Map([...columns].slice(0, 1));
}
